import RedisTokenStore
import SQLiteTokenStore
import SallyportTesting
import Testing
import Tokens

/// DESIGN.md §5, the refresh rules as one story over each kind of store, with two proxies and a clock moved by hand.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct RefreshScenarioTests {
    /// Where the two proxies keep their sessions.
    enum Kind: CaseIterable {
        case memory
        /// One file, opened once for both.
        case sqlite
        /// One server, with connections for each proxy.
        case redis
    }

    /// Runs a story in front of two proxies.
    private func run(_ kind: Kind, _ story: (ProxyFixture, ProxyFixture, ManualClock) async throws -> Void)
        async throws
    {
        let folder = try TestFolder()
        defer { folder.remove() }
        let server = kind == .redis ? try RedisServer() : nil
        // A server ends with its last reference.
        defer { withExtendedLifetime(server) {} }
        let stores: [any TokenStore]
        switch kind {
        case .memory:
            let store = MemoryTokenStore()
            stores = [store, store]
        case .sqlite:
            let store = try SQLiteStore(path: folder.path + "/sallyport.db", commandTimeout: .seconds(5))
            stores = [store, store]
        case .redis:
            let url = try #require(server).url
            stores = try (0..<2).map { _ in try RedisStore(url: url, commandTimeout: .seconds(5)) }
        }
        let clock = ManualClock()
        try await ProxyFixture.run(store: stores[0], clock: clock) { first in
            try await ProxyFixture.run(store: stores[1], clock: clock) { second in
                try await story(first, second, clock)
            }
        }
        for store in stores { await store.close() }
    }

    private func events(_ name: String, in proxies: ProxyFixture...) -> Int {
        proxies.reduce(0) { $0 + $1.auditLog.components(separatedBy: "\"\(name)\"").count - 1 }
    }

    @Test(
        "200 requests at once, more of them later, lost answers, a thief: one session, and nobody signed out by accident",
        arguments: Kind.allCases)
    func story(kind: Kind) async throws {
        try await run(kind) { first, second, clock in
            let alice = try Browser.signedIn(first)
            clock.advance(bySeconds: 1900)
            // A browser would leave the expired cookie at home; a client that does not is served as well.
            let expired = [
                ("User-Agent", alice.userAgent!),
                (
                    "Cookie",
                    "\(ProxyFixture.accessCookie)=\(alice.access!); \(ProxyFixture.refreshCookie)=\(alice.refresh!)"
                ),
            ]

            let clients = try (0..<200).map { try ($0.isMultiple(of: 2) ? first : second).client() }
            for client in clients { try client.send(MessageText.request("GET", "/", expired)) }
            let answers = try clients.map { try $0.response() }
            #expect(answers.count { $0.status == 200 && $0.echoed["x-user-id"] == "alice" } == 200)
            #expect(Set(answers.map { $0.newAccess }).count == 1)
            let successor = try #require(answers[0].newAccess)
            #expect(try TokenForge(successor).number("gen") == 2)

            for index in 0..<20 {
                let late = try (index.isMultiple(of: 2) ? first : second).client().exchange("GET", "/", expired)
                #expect(late.status == 200)
                #expect(late.newAccess == successor)
            }
            #expect(waitUntil { events("token.refreshed", in: first, second) == 1 })

            // All of those answers were lost: the old cookies work an hour later, and give tokens of that hour.
            clock.advance(bySeconds: 3600)
            var jar = CookieJar()
            let found = try second.client().exchange("GET", "/", expired)
            #expect(found.status == 200)
            #expect(found.newAccess != successor)
            jar.take(found, now: clock.now)
            let new = [("User-Agent", alice.userAgent!), ("Cookie", try #require(jar.header(now: clock.now)))]
            #expect(try first.client().exchange("GET", "/", new).status == 200)
            #expect(try second.client().exchange("GET", "/", new).status == 200)

            // The new cookies were used, and the grace is over: who comes with the old ones has stolen them.
            clock.advance(bySeconds: 31)
            let thief = try first.client().exchange("GET", "/", expired)
            #expect(thief.status == 401)
            #expect(thief.newAccess == nil)
            #expect(waitUntil { events("token.reuse_detected", in: first, second) == 1 })
            for proxy in [first, second] {
                #expect(
                    try waitUntil(Deadline(in: .seconds(5))) {
                        try proxy.client().exchange("GET", "/", new).status == 401
                    })
            }
        }
    }

    @Test("A logout at one proxy ends the session at the other, whose cache is warm", arguments: Kind.allCases)
    func logout(kind: Kind) async throws {
        try await run(kind) { first, second, clock in
            let alice = try Browser.signedIn(first)
            for _ in 0..<3 { #expect(try second.client().exchange("GET", "/", alice.fields).status == 200) }
            let logout = try alice.request("POST", "/.sallyport/logout", [("Sec-Fetch-Site", "same-origin")])
            #expect(logout.status == 204)
            expectRefusal(try alice.request(), "token_revoked")
            #expect(
                try waitUntil(Deadline(in: .seconds(5))) {
                    try second.client().exchange("GET", "/", alice.fields).status == 401
                })
            clock.advance(bySeconds: 1900)
            #expect(try second.client().exchange("GET", "/", alice.fields).status == 401)
        }
    }
}
