import SallyportTesting
import Testing

/// DESIGN.md §5, "Reserved path": `GET health` and `GET health/ready`.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct HealthTests {
    @Test("Alive is 200 without credentials and whatever the store does; ready follows the store")
    func follows() async throws {
        try await ProxyFixture.run { proxy in
            func status(_ endpoint: String) throws -> Int {
                try proxy.client().exchange("GET", "/.sallyport/\(endpoint)").status
            }
            #expect(try status("health") == 200)
            #expect(try status("health/ready") == 200)
            proxy.store.set(.fails(.unreachable))
            #expect(try waitUntil { try status("health/ready") == 503 })
            let answer = try proxy.client().exchange("GET", "/.sallyport/health/ready")
            #expect(answer.json["reason"] as? String == "store_unavailable")
            #expect(try status("health") == 200)
            proxy.store.set(.works)
            #expect(try waitUntil { try status("health/ready") == 200 })
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("A store that hangs does not hang the probe, nor the requests that need no store")
    func hangs() async throws {
        try await ProxyFixture.run { proxy in
            proxy.store.set(.hangs)
            let answer = try proxy.client().exchange("GET", "/.sallyport/health/ready")
            #expect(answer.status == 503)
            #expect(try proxy.client().exchange("GET", "/public").status == 200)
        }
    }
}
