import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §5, refresh rule 2: across loops and machines the store decides, and makes exactly one successor.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct SharedStoreTests {
    @Test("Two proxies over one store give one successor to requests that come at once, and to those that come later")
    func twoProxies() async throws {
        let store = MemoryTokenStore()
        let clock = ManualClock()
        try await ProxyFixture.run(store: store, clock: clock) { first in
            try await ProxyFixture.run(store: store, clock: clock) { second in
                let alice = try Browser.signedIn(first)
                clock.advance(bySeconds: 1900)
                let clients = try (0..<40).map { try ($0.isMultiple(of: 2) ? first : second).client() }
                for client in clients { try client.send(alice.bytes()) }
                let answers = try clients.map { try $0.response() }
                #expect(answers.allSatisfy { $0.status == 200 && $0.echoed["x-user-id"] == "alice" })
                #expect(Set(answers.map { $0.newAccess }).count == 1)
                #expect(answers[0].newAccess != nil)
                clock.advance(bySeconds: 10)
                let later = try second.client().exchange("GET", "/", alice.fields)
                #expect(later.newAccess == answers[0].newAccess)
            }
        }
    }

    @Test("200 requests with one old refresh token at two processes over one Redis: 200 answers, one successor")
    func twoProcesses() throws {
        let redis = try RedisServer()
        let folder = try TestFolder()
        defer { folder.remove() }
        let other = try TestFolder()
        defer { other.remove() }
        let origin = try ServeProcess.application()
        defer { origin.stop() }
        let processes = try [folder, other].map { try ServeProcess(in: $0, origin: origin, store: redis.url) }
        defer { for serve in processes { serve.process.kill() } }
        for serve in processes { try #require(serve.isReady, "\(serve.process.errorLines)") }
        let cookies = try processes[0].signIn()
        let refresh = try #require(cookies.split(separator: "; ").first { $0.contains("refresh") })
        let clients = try (0..<200).map { try RawClient(processes[$0 % 2].address) }
        for client in clients { try client.send(MessageText.request("GET", "/", [("Cookie", String(refresh))])) }
        let answers = try clients.map { try $0.response() }
        #expect(answers.count { $0.status == 200 && $0.echoed["x-user-id"] == "alice" } == 200)
        #expect(Set(answers.map { $0.newAccess }).count == 1)
        let token = try TokenForge(try #require(answers[0].newAccess))
        #expect(token.number("gen") == 2)
        #expect(try redis.command("PING") == "PONG")
    }

    @Test("A logout at one proxy is known at the other at once, though its cache is warm")
    func logout() async throws {
        let store = MemoryTokenStore()
        let clock = ManualClock()
        try await ProxyFixture.run(store: store, clock: clock) { first in
            try await ProxyFixture.run(store: store, clock: clock) { second in
                let alice = try Browser.signedIn(first)
                for proxy in [first, second] {
                    #expect(try proxy.client().exchange("GET", "/", alice.fields).status == 200)
                }
                let logout = try alice.request("POST", "/.sallyport/logout", [("Sec-Fetch-Site", "same-origin")])
                #expect(logout.status == 204)
                #expect(
                    try waitUntil(Deadline(in: .seconds(2))) {
                        try second.client().exchange("GET", "/", alice.fields).status == 401
                    })
                expectRefusal(try alice.request(), "token_revoked")
            }
        }
    }
}
