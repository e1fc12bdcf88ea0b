import SallyportTesting
import Testing

/// DESIGN.md §5, refresh rule 5: what arrives late never replaces what is newer, and what has ended stays ended.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct LateAnswerTests {
    /// Runs a test with an application that answers `/slow` when the gate opens, and everything else at once.
    private func run(_ body: (ProxyFixture, Gate) async throws -> Void) async throws {
        let gate = try Gate()
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                if exchange.request.target == "/slow" { try gate.wait() }
                try exchange.perform(.echo(exchange.request))
            },
            { proxy in
                try await body(proxy, gate)
            })
    }

    @Test("An answer that comes after a newer generation sets no cookie")
    func olderGeneration() async throws {
        try await run { proxy, gate in
            let old = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let slow = try proxy.client()
            try slow.send(old.bytes("GET", "/slow"))
            #expect(waitUntil { proxy.requests.count == 1 })
            var new = old
            let second = try new.visit()
            #expect(second.newAccess != nil)
            #expect(try new.visit().status == 200)
            proxy.clock.advance(bySeconds: 1900)
            let third = try new.visit()
            #expect(third.newAccess != nil && third.newAccess != second.newAccess)
            gate.open()
            let late = try slow.response()
            #expect(late.status == 200)
            #expect(late.setCookies.isEmpty, "\(late)")
            #expect(try new.request().status == 200)
        }
    }

    @Test("An answer in flight while its generation is still the newest sets its cookies")
    func newestGeneration() async throws {
        try await run { proxy, gate in
            let old = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let slow = try proxy.client()
            try slow.send(old.bytes("GET", "/slow"))
            #expect(waitUntil { proxy.requests.count == 1 })
            let other = try old.request()
            gate.open()
            let late = try slow.response()
            #expect(late.newAccess != nil)
            #expect(late.newAccess == other.newAccess)
        }
    }

    @Test("A session that another answer ended is not set again")
    func endedByApplication() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                switch exchange.request.target {
                case "/slow":
                    try gate.wait()
                    try exchange.perform(.response(200))
                case "/account/leave": try exchange.perform(.response(200, [("Sallyport-End-Session", "session")]))
                default: try exchange.perform(.echo(exchange.request))
                }
            },
            { proxy in
                let old = try Browser.signedIn(proxy)
                proxy.clock.advance(bySeconds: 1900)
                let slow = try proxy.client()
                try slow.send(old.bytes("GET", "/slow"))
                #expect(waitUntil { proxy.requests.count == 1 })
                var new = old
                #expect(try new.visit().status == 200)
                let leave = try new.visit("POST", "/account/leave")
                #expect(leave.status == 200)
                #expect(leave.deletedCookies == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
                #expect(leave.newAccess == nil)
                gate.open()
                #expect(try slow.response().newAccess == nil)
                #expect(try new.request().status == 401)
                #expect(try old.request().status == 401)
            })
    }

    @Test("A refresh that began before a logout and ends after it sets nothing")
    func refreshAcrossLogout() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            #expect(try alice.request().status == 200)
            proxy.clock.advance(bySeconds: 1900)
            proxy.store.set(.hangs, for: [.rotate])
            let waiting = try proxy.client()
            try waiting.send(alice.bytes())
            #expect(waitUntil { proxy.store.hanging == 1 })
            // The logout does not depend on the rotation: it ends the session by what its cookies name.
            let sid = try TokenForge(try #require(alice.refresh)).text("sid")
            #expect(try await proxy.store.endSession(sid, now: proxy.clock.now))
            proxy.store.release()
            let answer = try waiting.response()
            #expect(answer.status == 401)
            #expect(answer.newAccess == nil)
            #expect(proxy.requests.isEmpty || proxy.requests.count == 1)
        }
    }

    @Test("A logout while an answer is in flight is not undone by it", arguments: ["logout", "logout-everywhere"])
    func logout(endpoint: String) async throws {
        try await run { proxy, gate in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let slow = try proxy.client()
            try slow.send(alice.bytes("GET", "/slow"))
            #expect(waitUntil { proxy.requests.count == 1 })
            let answer = try alice.visit("POST", "/.sallyport/\(endpoint)", [("Sec-Fetch-Site", "same-origin")])
            #expect(answer.status == 204, "\(answer)")
            gate.open()
            let late = try slow.response()
            #expect(late.newAccess == nil && late.newRefresh == nil, "\(late)")
            alice.jar.take(late, now: proxy.clock.now)
            #expect(try alice.request().status == 401)
        }
    }
}
