import SallyportConfiguration
import SallyportTesting
import Testing

/// TLS to applications as far as its counters go; the rest is checked against Python's ssl (`test_upstream_tls.py`).
@Suite(.threadOfItsOwn, .timeLimit(.minutes(1)))
struct UpstreamTLSTests {
    @Test("A server that answers a TLS greeting in plain text is 502, and each such attempt is counted")
    func counted() async throws {
        try await ProxyFixture.run { plain in
            guard case .tcp(let host, let port) = plain.address else { return }
            try await ProxyFixture.run(configure: { configuration in
                configuration.upstreams["shop"]?.endpoints = [.tcp(host: host, port: port)]
                configuration.upstreams["shop"]?.tls = TLSClientConfiguration()
            }) { proxy throws in
                for _ in 0..<3 {
                    let answer = try proxy.client().exchange("GET", "/public")
                    #expect(answer.status == 502)
                }
                let errors = proxy.server.server.counters.families().first { $0.name == "upstream_errors_total" }
                #expect(errors?.samples.first { $0.label == "tls" }?.value == 3)
                #expect(errors?.samples.first { $0.label == "connect" }?.value == 0)
            }
            #expect(plain.requests.isEmpty)
        }
    }
}
