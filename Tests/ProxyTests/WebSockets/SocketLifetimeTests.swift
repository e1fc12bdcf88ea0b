import SallyportConfiguration
import SallyportTesting
import Testing
import Tokens

/// A WebSocket lives as long as its token, and is told when that ends (DESIGN.md §5).
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct SocketLifetimeTests {
    private static func echo(_ exchange: OriginExchange) throws { try exchange.acceptWebSocketAndEcho() }

    private func open(_ proxy: ProxyFixture, _ browser: Browser, _ path: String = "/socket") throws -> RawClient {
        let client = try proxy.client(patience: .seconds(5))
        try #require(client.openWebSocket(path, browser.fields).status == 101)
        return client
    }

    private func expectAlive(_ client: RawClient, _ comment: Comment? = nil) throws {
        try client.send(WebSocketFrame.text("there?"))
        #expect(try client.frame() == .text("there?"), comment)
    }

    private func expectClosed(_ client: RawClient, _ code: Int = 4401, _ reason: String) throws {
        let frame = try client.frame()
        #expect(frame.closeCode == code)
        #expect(String(decoding: frame.payload.dropFirst(2), as: UTF8.self) == reason)
        #expect(client.isClosedByPeer(Deadline(in: .seconds(1))))
    }

    @Test(
        "When its token expires, a WebSocket is closed with 4401, and the application's side with it; not a second before"
    )
    func expiry() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            let client = try open(proxy, alice)
            proxy.clock.advance(bySeconds: 1799)
            #expect(client.isQuiet(for: .milliseconds(300)))
            try expectAlive(client)
            proxy.clock.advance(bySeconds: 1)
            let start = ContinuousClock.now
            try expectClosed(client, 4401, "The token has expired.")
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect(waitUntil { proxy.origin.openConnectionCount <= 1 })
            #expect(waitUntil { proxy.accessLog.contains(#""reason":"token_expired""#) })
        }
    }

    /// How a token, its session or its user loses its right.
    enum End: CaseIterable, Sendable { case logout, everywhere, endSession, endUser, revoke, revokeSocketToken }

    @Test("Whatever ends the token ends its WebSocket, and nobody else's", arguments: End.allCases)
    func revocation(end: End) async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            var alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            var token = try TokenForge(try #require(alice.access))
            var fields = alice.fields
            if end == .revokeSocketToken {
                let answer = try alice.post("websocket-token")
                let text = try #require(answer.json["token"] as? String)
                token = try TokenForge(text)
                fields = [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(text)")]
            }
            let client = try proxy.client(patience: .seconds(5))
            try #require(client.openWebSocket("/socket", fields).status == 101)
            let other = try open(proxy, bob)
            let sid = token.text("sid")
            let now = proxy.clock.now
            switch end {
            case .logout: #expect(try alice.post("logout").status == 204)
            case .everywhere: #expect(try alice.post("logout-everywhere").status == 204)
            case .endSession: #expect(try await proxy.store.endSession(sid, now: now))
            case .endUser: #expect(try await proxy.store.endAllSessions(of: "alice", now: now) == 1)
            case .revoke, .revokeSocketToken:
                let reference = TokenReference(
                    session: sid, type: end == .revoke ? .access : .websocket,
                    identifier: token.text("jti"))
                #expect(try await proxy.store.revoke(reference, now: now))
            }
            try expectClosed(client, 4401, "The token was revoked.")
            try expectAlive(other)
        }
    }

    @Test("A refresh extends a WebSocket by the new token's life, and kicks nobody", arguments: [false, true])
    func refresh(hasSocketToken: Bool) async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            var alice = try Browser.signedIn(proxy)
            var fields = alice.fields
            if hasSocketToken {
                let answer = try alice.post("websocket-token")
                let text = try #require(answer.json["token"] as? String)
                fields = [("User-Agent", alice.userAgent!), ("Authorization", "Bearer \(text)")]
            }
            let client = try proxy.client(patience: .seconds(5))
            try #require(client.openWebSocket("/socket", fields).status == 101)
            let before = alice.access
            proxy.clock.advance(bySeconds: 1790)
            #expect(try alice.post("refresh").status == 204)
            #expect(alice.access != before, "it was refreshed")
            proxy.clock.advance(bySeconds: 20)
            try expectAlive(client, "its own token has expired, the session's newest has not")
            proxy.clock.advance(bySeconds: 1779)
            try expectAlive(client)
            proxy.clock.advance(bySeconds: 1)
            try expectClosed(client, 4401, "The token has expired.")
        }
    }

    @Test("A WebSocket that was opened by a refresh rests on the new token, and ends with the session")
    func refreshOnTheWay() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let client = try open(proxy, alice)
            proxy.clock.advance(bySeconds: 1700)
            try expectAlive(client)
            let sid = try TokenForge(try #require(alice.access)).text("sid")
            #expect(try await proxy.store.endSession(sid, now: proxy.clock.now))
            try expectClosed(client, 4401, "The token was revoked.")
        }
    }

    @Test(
        "While the store is down nobody is kicked, neither by an announcement nor at the expiry; when it is back, the truth holds"
    )
    func storeOutage() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            let (first, second) = (try open(proxy, alice), try open(proxy, bob))
            let sid = try TokenForge(try #require(alice.access)).text("sid")
            proxy.store.set(.fails(.unreachable), for: [.verdict, .list])
            #expect(try await proxy.store.endSession(sid, now: proxy.clock.now))
            proxy.store.announce(.everything)
            #expect(waitUntil { proxy.store.count(of: .verdict) >= 4 }, "it is asked again")
            for client in [first, second] { try expectAlive(client) }
            proxy.store.release()
            try expectClosed(first, 4401, "The token was revoked.")
            try expectAlive(second)
            proxy.store.set(.fails(.timedOut), for: [.verdict, .list])
            proxy.clock.advance(bySeconds: 1800)
            #expect(second.isQuiet(for: .milliseconds(700)))
            try expectAlive(second, "it may have been refreshed: who could tell?")
            proxy.store.release()
            try expectClosed(second, 4401, "The token has expired.")
        }
    }

    @Test("When announcements were lost, the store is asked about the tokens of all WebSockets")
    func lostAnnouncements() async throws {
        let hidden = MemoryTokenStore()
        let silent = SilentStore(hidden)
        try await ProxyFixture.run(store: silent, origin: Self.echo) { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            let (first, second) = (try open(proxy, alice), try open(proxy, bob))
            let sid = try TokenForge(try #require(alice.access)).text("sid")
            #expect(try await hidden.endSession(sid, now: proxy.clock.now))
            #expect(first.isQuiet(for: .milliseconds(300)), "nobody has heard of it")
            proxy.store.announce(.everything)
            try expectClosed(first, 4401, "The token was revoked.")
            try expectAlive(second)
        }
    }

    @Test("A sign-out at one proxy closes the WebSockets at the other within a second")
    func twoProxies() async throws {
        let store = MemoryTokenStore()
        let clock = ManualClock()
        try await ProxyFixture.run(store: store, clock: clock, origin: Self.echo) { first in
            try await ProxyFixture.run(store: store, clock: clock, origin: Self.echo) { second in
                var alice = try Browser.signedIn(first)
                let sockets = try (0..<20).map { _ in try open(second, alice) }
                #expect(try alice.post("logout").status == 204)
                let start = ContinuousClock.now
                for client in sockets { try expectClosed(client, 4401, "The token was revoked.") }
                #expect(ContinuousClock.now - start < .seconds(1))
            }
        }
    }

    @Test(
        "A foreign token's WebSocket ends when the token is denied, or its user, and when it expires", arguments: 0..<3)
    func foreign(end: Int) async throws {
        let issuer = try SignedIssuer()
        let entry = IssuerConfiguration(issuer: issuer.name, audiences: ["api://shop"], keys: .file(try issuer.keys()))
        try await ProxyFixture.run(configure: { $0.issuers = [entry] }, origin: Self.echo) { proxy in
            let now = proxy.clock.now
            let sockets = try ["carol", "dave"].map { user in
                let token = try issuer.token(now: now) {
                    $0["sub"] = .string(user)
                    $0["jti"] = .string("of-\(user)")
                    $0["exp"] = .integer(now + 600)
                }
                let client = try proxy.client(patience: .seconds(5))
                let answer = try client.openWebSocket("/socket", [("Authorization", "Bearer \(token)")])
                try #require(answer.status == 101)
                return client
            }
            if end == 2 {
                proxy.clock.advance(bySeconds: 600)
                for client in sockets { try expectClosed(client, 4401, "The token has expired.") }
                return
            }
            let key =
                end == 0
                ? DenialKey(.token, issuer: issuer.name, name: "of-carol")
                : DenialKey(.subject, issuer: issuer.name, name: "carol")
            try await proxy.store.deny(TokenDenial(key: key, expiresAt: now + 1000), now: now)
            try expectClosed(sockets[0], 4401, "The token was revoked.")
            try expectAlive(sockets[1])
        }
    }

    @Test("A route has its own code and reason")
    func ownCode() async throws {
        try await ProxyFixture.run(
            configure: { configuration in
                for index in configuration.routes.indices {
                    configuration.routes[index].websocket.closeCode = 3000
                    configuration.routes[index].websocket.closeReason = "Sign in again — bitte."
                }
            }, origin: Self.echo
        ) { proxy in
            let alice = try Browser.signedIn(proxy)
            let client = try open(proxy, alice)
            proxy.clock.advance(bySeconds: 1801)
            try expectClosed(client, 3000, "Sign in again — bitte.")
        }
    }

    @Test(
        "The close frame comes between two frames: one that has begun is completed, and what comes behind it is not sent"
    )
    func betweenFrames() async throws {
        let gate = try Gate()
        let long = WebSocketFrame(opcode: 2, payload: [UInt8](repeating: 7, count: 70_000)).bytes(isMasked: false)
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.acceptWebSocket()
                try exchange.send(Array(long[..<30_000]))
                try gate.wait()
                try exchange.send(Array(long[30_000...]) + WebSocketFrame.text("more").bytes(isMasked: false))
                _ = try exchange.reader.rest()
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let client = try open(proxy, alice)
                let first = try client.reader.bytes(30_000)
                proxy.clock.advance(bySeconds: 1801)
                #expect(client.isQuiet(for: .milliseconds(200)))
                gate.open()
                let rest = try client.reader.bytes(long.count - 30_000)
                #expect(first + rest == long)
                try expectClosed(client, 4401, "The token has expired.")
            })
    }

    @Test(
        "A frame that the application never completes does not hold the end up: the connection ends without a close frame"
    )
    func unfinishedFrame() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.acceptWebSocket()
                try exchange.send([0x82, 10, 1, 2, 3])
                _ = try exchange.reader.rest()
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let client = try open(proxy, alice)
                #expect(try client.reader.bytes(5) == [0x82, 10, 1, 2, 3])
                proxy.clock.advance(bySeconds: 1801)
                #expect(client.isClosedByPeer(Deadline(in: .milliseconds(1500))))
                #expect(waitUntil { proxy.origin.openConnectionCount <= 1 })
            })
    }

    @Test("What the client sends after the end of its token does not reach the application")
    func nothingAfterwards() async throws {
        let received = Handover<[UInt8]>()
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.acceptWebSocket()
                try exchange.send([0x82, 10, 1])
                received.give((try? exchange.reader.rest()) ?? [])
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let client = try open(proxy, alice)
                _ = try client.reader.bytes(3)
                proxy.clock.advance(bySeconds: 1801)
                #expect(waitUntil { proxy.store.count(of: .list) + proxy.store.count(of: .verdict) > 1 })
                #expect(client.isQuiet(for: .milliseconds(150)))
                try client.send(WebSocketFrame.text("too late"))
                #expect(received.take() == [])
            })
    }

    @Test("Behind a close frame of the application's own there is no second one")
    func closedAlready() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.acceptWebSocket()
                try exchange.send(WebSocketFrame.close(1001, "bye").bytes(isMasked: false))
                _ = try exchange.reader.rest()
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let client = try open(proxy, alice)
                #expect(try client.frame().closeCode == 1001)
                proxy.clock.advance(bySeconds: 1801)
                #expect(client.isClosedByPeer(Deadline(in: .seconds(2))))
            })
    }

    @Test("A client that reads nothing does not keep its WebSocket beyond its token")
    func slowClient() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.acceptWebSocket()
                let frame = WebSocketFrame(opcode: 2, payload: [UInt8](repeating: 7, count: 65_536))
                do { while true { try exchange.send(frame.bytes(isMasked: false)) } } catch { exchange.ending = .close }
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                let client = try proxy.client(receiveBuffer: 4096)
                try #require(client.openWebSocket("/socket", alice.fields).status == 101)
                #expect(proxy.origin.openConnectionCount >= 1)
                proxy.clock.advance(bySeconds: 1801)
                #expect(waitUntil(Deadline(in: .seconds(3))) { proxy.origin.openConnectionCount <= 1 })
            })
    }

    @Test("A WebSocket of a stranger, on a route that lets those in, has no token to end with")
    func stranger() async throws {
        try await ProxyFixture.run(origin: Self.echo) { proxy in
            let client = try proxy.client()
            try #require(client.openWebSocket("/optional").status == 101)
            proxy.clock.advance(bySeconds: 100_000)
            proxy.store.announce(.everything)
            #expect(client.isQuiet(for: .milliseconds(300)))
            try expectAlive(client)
        }
    }
}
