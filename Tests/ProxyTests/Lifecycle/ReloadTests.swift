import SallyportConfiguration
import SallyportTesting
import Testing

/// Issue 3, "Lifecycle": a configuration is swapped in as a whole, or not at all.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ReloadTests {
    @Test("A reload that fails at one listener leaves none of the other new ones behind", arguments: [1, 2])
    func failedListener(workers: Int) async throws {
        let free = try freePort()
        // An address of this test's own: on 127.0.0.1 another test may take the port meanwhile.
        let host = "127.0.77.\(workers)"
        try await ProxyFixture.run(configure: { $0.workers = workers }) { proxy in
            let taken = proxy.origin.address
            var configuration = proxy.server.server.configuration
            configuration.listeners.append(.init(address: .tcp(host: host, port: free)))
            configuration.listeners.append(.init(address: ProxyFixture.endpoint(of: proxy.origin)))
            #expect(throws: (any Error).self, "\(taken) is taken") { try proxy.server.server.reload(configuration) }
            #expect(throws: SocketFailure.self, "nobody would accept there") {
                try RawClient(.tcp(host: host, port: free))
            }
            #expect(try proxy.client().exchange("GET", "/public").status == 200)
            configuration.listeners.removeLast()
            try proxy.server.server.reload(configuration)
            let opened = SocketAddress.tcp(host: host, port: free)
            #expect(try RawClient(opened).exchange("GET", "/public").status == 200)
        }
    }

    @Test("A request that has come when the proxy begins to drain is served, on an old connection and on a new one")
    func drainWithRequests() async throws {
        try await ProxyFixture.run(configure: { $0.limits.headTimeoutSeconds = 20 }) { proxy in
            let clients = try (0..<20).map { _ in try proxy.client() }
            for client in clients.dropFirst(10) { #expect(try client.exchange("GET", "/public").status == 200) }
            for client in clients { try client.send(MessageText.request("GET", "/public")) }
            let server = proxy.server.server
            #expect(server.drain(timeout: .seconds(10)))
            for client in clients { #expect(try client.response().status == 200) }
        }
    }
}
