import SallyportConfiguration
import SallyportTesting
import Testing

/// DESIGN.md §4, "Fingerprint": what of a client is compared, and what follows, with real requests.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ClientBindingTests {
    private static let chrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
    private static let newerChrome =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
    private static let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"

    /// The status that a session of one browser gets from another address and under another User-Agent.
    private func visit(
        _ change: @escaping (inout TokenConfiguration) -> Void, from source: String = "127.0.0.1",
        userAgent: String?, refreshing: Bool = false
    ) async throws -> (status: Int, audit: String) {
        var result = (status: 0, audit: "")
        try await ProxyFixture.run(configure: { change(&$0.tokens) }) { proxy in
            var browser = Browser(proxy, from: "127.0.0.1")
            browser.userAgent = Self.chrome
            _ = try browser.visit("POST", "/login", body: #"{"sub":"alice"}"#)
            if refreshing { proxy.clock.advance(bySeconds: 1900) }
            browser.source = source
            browser.userAgent = userAgent
            let status = try browser.request("GET", "/", [("Accept", "application/json")]).status
            // Another request of the owner: what was refused to the other is still good for them.
            browser.source = "127.0.0.1"
            browser.userAgent = Self.chrome
            #expect(try browser.request().status == 200)
            proxy.server.stop()
            result = (status, proxy.auditLog.split(separator: "\n").filter { $0.contains("binding.mismatch") }.joined())
        }
        return result
    }

    @Test("A browser's update signs its user out by exact, and not by family; another browser is refused by both")
    func userAgents() async throws {
        for refreshing in [false, true] {
            #expect(try await visit({ _ in }, userAgent: Self.chrome, refreshing: refreshing).status == 200)
            #expect(try await visit({ _ in }, userAgent: Self.newerChrome, refreshing: refreshing).status == 401)
            for (agent, status) in [(Self.newerChrome, 200), (Self.firefox, 401), (nil, 401)] {
                let found = try await visit(
                    { $0.userAgentForm = .family }, userAgent: agent, refreshing: refreshing)
                #expect(found.status == status)
                #expect(found.audit.contains(#""mode":"strict""#) == (status == 401))
                #expect(!found.audit.contains("would_refuse"))
            }
        }
    }

    @Test("An address of the same network is the same client by prefix, and another by the whole address")
    func addresses() async throws {
        for (bits, source, status) in [
            (32, "127.0.0.2", 401), (24, "127.0.0.2", 200), (24, "127.0.1.1", 401), (8, "127.9.9.9", 200),
        ] {
            let found = try await visit({ $0.addressPrefixV4 = bits }, from: source, userAgent: Self.chrome)
            #expect(found.status == status, "\(bits) \(source)")
        }
    }

    @Test(
        "In mode log the request goes on, and the audit log says which signal strict would have refused; off looks at none"
    )
    func modes() async throws {
        let address = try await visit({ $0.addressBinding = .log }, from: "127.0.0.2", userAgent: Self.chrome)
        #expect(address.status == 200)
        #expect(address.audit.contains(#""signals":["address"],"mode":"log","would_refuse":true"#), "\(address.audit)")
        #expect(address.audit.contains(#""sub":"alice""#))
        let agent = try await visit(
            {
                $0.userAgentBinding = .log
                $0.userAgentForm = .family
            }, userAgent: Self.firefox)
        #expect(agent.status == 200)
        #expect(agent.audit.contains(#""signals":["user_agent"],"mode":"log","would_refuse":true"#), "\(agent.audit)")
        let same = try await visit(
            {
                $0.userAgentBinding = .log
                $0.userAgentForm = .family
            }, userAgent: Self.newerChrome)
        #expect(same.status == 200 && same.audit.isEmpty)
        let off = try await visit(
            { ($0.addressBinding, $0.userAgentBinding) = (.off, .off) }, from: "127.0.0.2", userAgent: nil)
        #expect(off.status == 200 && off.audit.isEmpty)
        // The strict one decides.
        let mixed = try await visit({ $0.userAgentBinding = .log }, from: "127.0.0.2", userAgent: Self.firefox)
        #expect(mixed.status == 401)
    }
}
