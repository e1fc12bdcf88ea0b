import HTTPWire
import Testing
import Tokens

@testable import AuthProxy

@Suite("Counters")
struct CountersTests {
    private func value(_ counters: Counters, _ name: String, _ label: String = "") throws -> Int64 {
        let family = try #require(counters.families().first { $0.name == name })
        return try #require(family.samples.first { $0.label == label }).value
    }

    @Test("What loops count is summed by name and label")
    func sums() throws {
        let counters = Counters(nil)
        let loops = [counters.makeLoopCounters(), counters.makeLoopCounters()]
        for loop in loops {
            loop.count(status: 204)
            loop.count(.tokenExpired)
            loop.count(.bareLineFeed)
            loop.count(LimitKind.headTimeout)
            loop.count(.closedEarly)
            loop.count(.rotated)
            loop.count(store: .timedOut)
            loop.add(3, to: .openConnections)
        }
        loops[0].add(-1, to: .openConnections)
        #expect(try value(counters, "requests_total", "2xx") == 2)
        #expect(try value(counters, "requests_total", "4xx") == 0)
        #expect(try value(counters, "verdicts_total", "token_expired") == 2)
        #expect(try value(counters, "messages_refused_total", "bare_line_feed") == 2)
        #expect(try value(counters, "limits_hit_total", "head_timeout") == 2)
        #expect(try value(counters, "upstream_errors_total", "closed_early") == 2)
        #expect(try value(counters, "session_events_total", "rotated") == 2)
        #expect(try value(counters, "store_errors_total", "timed_out") == 2)
        #expect(try value(counters, "connections_open") == 5)
    }

    @Test("Each thing that can be counted has a number of its own")
    func distinct() {
        let counters = Counters(nil)
        let loop = counters.makeLoopCounters()
        for status in [100, 200, 300, 400, 599, 0] { loop.count(status: status) }
        for verdict in VerdictCode.allCases { loop.count(verdict) }
        for flaw in HTTPParseError.Kind.allCases { loop.count(flaw) }
        for limit in LimitKind.allCases { loop.count(limit) }
        for error in UpstreamErrorKind.allCases { loop.count(error) }
        for event in SessionCounter.allCases { loop.count(event) }
        let storeErrors: [TokenStoreError.Kind] = [
            .unreachable, .timedOut, .readOnly, .notPermitted, .corrupt, .closed,
        ]
        for error in storeErrors { loop.count(store: error) }
        for counter in TrafficCounter.allCases { loop.add(1, to: counter) }
        for family in counters.families() {
            #expect(Set(family.samples.map(\.label)).count == family.samples.count)
            for sample in family.samples { #expect(sample.value == 1, "\(family.name) \(sample.label)") }
        }
    }

    @Test("The logs' own counts are among them, and a number read while the loop counts is never torn")
    func concurrent() async throws {
        let writer = try LogWriter.make()
        let counters = Counters(writer)
        let loop = counters.makeLoopCounters()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 0..<50_000 { loop.count(status: 200) } }
            group.addTask {
                var last: Int64 = 0
                for _ in 0..<200 {
                    let now = counters.families()[0].samples[1].value
                    #expect(now >= last && now <= 50_000)
                    last = now
                }
            }
        }
        #expect(try value(counters, "requests_total", "2xx") == 50_000)
        #expect(writer.close(timeout: .seconds(10)))
        #expect(try value(counters, "audit_lines_lost_total") == 0)
    }
}
