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
        for event in IssuerCounter.allCases { loop.count(event) }
        for event in RouteCounter.allCases { loop.count(event) }
        for outcome in TLSCounter.allCases { loop.count(outcome) }
        for reason in ProxyHeaderCounter.allCases { loop.count(reason) }
        let storeErrors: [TokenStoreError.Kind] = [
            .unreachable, .timedOut, .readOnly, .notPermitted, .corrupt, .closed,
        ]
        for error in storeErrors { loop.count(store: error) }
        for counter in TrafficCounter.allCases { loop.add(1, to: counter) }
        for gauge in LoopGauge.allCases { loop.set(1, of: gauge) }
        for family in counters.families() {
            #expect(Set(family.samples.map(\.label)).count == family.samples.count)
            for sample in family.samples { #expect(sample.value == 1, "\(family.name) \(sample.label)") }
        }
    }

    @Test("What a loop has is what it said last, summed over the loops")
    func gauges() throws {
        let counters = Counters(nil)
        let loops = [counters.makeLoopCounters(), counters.makeLoopCounters()]
        for number in [7, 0, 3] { loops[0].set(number, of: .waitingRequests) }
        loops[1].set(2, of: .waitingRequests)
        #expect(try value(counters, "requests_waiting") == 5)
        #expect(try value(counters, "verified_tokens") == 0)
    }

    @Test("A time falls into the interval that ends with it, the longest into the last")
    func histograms() throws {
        let counters = Counters(nil)
        let loop = counters.makeLoopCounters()
        let times: [(Int64, Int)] = [
            (-1, 0), (0, 0), (32, 0), (33, 1), (64, 1), (65, 2), (1000, 5), (16_777_216, 19), (16_777_217, 20),
            (Int64.max, 20),
        ]
        for (time, interval) in times {
            let before = try series(counters, "store").counts
            loop.note(.store, microseconds: time)
            var expected = before
            expected[interval] += 1
            #expect(try series(counters, "store").counts == expected, "\(time)")
        }
        #expect(try series(counters, "request").counts.allSatisfy { $0 == 0 })
        loop.note(.request, microseconds: 40)
        counters.makeLoopCounters().note(.request, microseconds: 50)
        #expect(try series(counters, "request").counts[1] == 2)
        #expect(try series(counters, "request").sum == 90)
    }

    private func series(_ counters: Counters, _ phase: String) throws -> HistogramFamily.Series {
        try #require(counters.histograms().flatMap(\.series).first { $0.label == phase })
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
