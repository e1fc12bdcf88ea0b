import HTTPWire
import Testing

@testable import Admin
@testable import AuthProxy

@Suite("Metrics")
struct MetricsTextTests {
    private func text(_ families: [CounterFamily]) -> String {
        let output = OutputBuffer()
        MetricsText.append(families, to: output)
        return output.string
    }

    @Test("A family has its help, its type, and a line for each number")
    func families() {
        let families = [
            CounterFamily(
                "requests_total", "Requests.", label: "status",
                [.init(label: "2xx", value: 3), .init(label: "5xx", value: 0)]),
            CounterFamily("connections_open", "Open.", isGauge: true, value: 7),
        ]
        #expect(
            text(families) == """
                # HELP sallyport_requests_total Requests.
                # TYPE sallyport_requests_total counter
                sallyport_requests_total{status="2xx"} 3
                sallyport_requests_total{status="5xx"} 0
                # HELP sallyport_connections_open Open.
                # TYPE sallyport_connections_open gauge
                sallyport_connections_open 7

                """)
    }

    @Test("A histogram has the numbers up to each bound in seconds, all of them, and their sum")
    func histogram() {
        var counts = [UInt64](repeating: 0, count: 21)
        counts[0] = 2
        counts[5] = 1
        counts[20] = 4
        let family = HistogramFamily(
            name: "d_seconds", help: "Times.", label: "phase",
            series: [.init(label: "store", counts: counts, sum: 12_345_678)])
        let output = OutputBuffer()
        MetricsText.append([family], to: output)
        let lines = output.string.split(separator: "\n")
        #expect(lines.count == 25)
        #expect(lines[1] == "# TYPE sallyport_d_seconds histogram")
        #expect(lines[2] == #"sallyport_d_seconds_bucket{phase="store",le="0.000032"} 2"#)
        #expect(lines[7] == #"sallyport_d_seconds_bucket{phase="store",le="0.001024"} 3"#)
        #expect(lines[21] == #"sallyport_d_seconds_bucket{phase="store",le="16.777216"} 3"#)
        #expect(lines[22] == #"sallyport_d_seconds_bucket{phase="store",le="+Inf"} 7"#)
        #expect(lines[23] == #"sallyport_d_seconds_sum{phase="store"} 12.345678"#)
        #expect(lines[24] == #"sallyport_d_seconds_count{phase="store"} 7"#)
    }

    @Test("What would break the format is escaped")
    func escapes() {
        let family = CounterFamily("a", "x\\y\n\"z\"", label: "l", [.init(label: "\"\\\n", value: 1)])
        #expect(
            text([family]) == #"""
                # HELP sallyport_a x\\y\n"z"
                # TYPE sallyport_a counter
                sallyport_a{l="\"\\\n"} 1

                """#)
    }

    @Test("Everything that the proxy counts has a name and a label that Prometheus takes, once")
    func names() throws {
        let counters = Counters(nil)
        counters.makeLoopCounters().count(status: 200)
        var seen: Set<Substring> = []
        for line in text(counters.families()).split(separator: "\n") where !line.hasPrefix("#") {
            let match = try #require(
                line.wholeMatch(of: #/(sallyport_[a-z_]+(?:\{[a-z_]+="[a-z0-9_]+"\})?) [0-9]+/#), "\(line)")
            #expect(seen.insert(match.1).inserted)
        }
        #expect(seen.contains("sallyport_requests_total{status=\"2xx\"}"))
    }
}
