import SallyportTesting
import Testing

/// DESIGN.md §5, "Refresh, without the races that every other proxy has", rules 1 to 3.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct CoalescingTests {
    @Test("20 parallel requests with one expired token: one rotation, one successor, all served", arguments: [1, 2])
    func parallel(workers: Int) async throws {
        try await ProxyFixture.run(configure: { $0.workers = workers }) { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            // The rotation takes until all requests are there.
            proxy.store.set(.hangs, for: [.rotate])
            let clients = try (0..<20).map { _ in try proxy.client() }
            for (index, client) in clients.enumerated() { try client.send(alice.bytes("GET", "/\(index)")) }
            #expect(waitUntil { proxy.store.hanging > 0 })
            #expect(clients[19].isQuiet(for: .milliseconds(200)))
            proxy.store.release()
            let answers = try clients.map { try $0.response() }
            #expect(answers.allSatisfy { $0.status == 200 && $0.echoed["x-user-id"] == "alice" })
            #expect(Set(answers.map { $0.newAccess }).count == 1)
            #expect(Set(answers.map { $0.newRefresh }).count == 1)
            #expect(answers[0].newAccess != nil)
            if workers == 1 { #expect(proxy.store.count(of: .rotate) == 1) }
            #expect(proxy.store.count(of: .rotate) <= workers)
            #expect(waitUntil { proxy.auditLog.contains("token.refreshed") })
            #expect(proxy.auditLog.components(separatedBy: #""token.refreshed""#).count == 2, "refreshed once")
        }
    }

    @Test("Requests wait for a rotation that is under way, and one whose client is gone harms nobody")
    func waiting() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            proxy.store.set(.hangs, for: [.rotate])
            let first = try proxy.client()
            try first.send(alice.bytes())
            #expect(waitUntil { proxy.store.hanging == 1 })
            let second = try proxy.client()
            try second.send(alice.bytes())
            let third = try proxy.client()
            try third.send(alice.bytes())
            first.close()
            #expect(second.isQuiet(for: .milliseconds(50)))
            proxy.store.release()
            let answers = [try second.response(), try third.response()]
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(answers[0].newAccess == answers[1].newAccess)
            #expect(proxy.store.count(of: .rotate) == 1)
        }
    }

    @Test("Old cookies that arrive one after the other give the same successor until it was used, and within the grace")
    func nearMiss() async throws {
        try await ProxyFixture.run { proxy in
            let old = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            var new = old
            let first = try new.visit()
            for _ in 0..<3 {
                proxy.clock.advance(bySeconds: 100)
                let again = try old.request()
                #expect(again.status == 200)
                #expect(again.newAccess == first.newAccess)
                #expect(again.newRefresh == first.newRefresh)
            }
            #expect(try new.request().status == 200, "the successor is used: the grace begins")
            proxy.clock.advance(bySeconds: 29)
            let late = try old.request()
            #expect(late.status == 200)
            #expect(late.newAccess == first.newAccess)
            #expect(waitUntil { proxy.auditLog.contains("token.refresh_reused_in_grace") })
            #expect(!proxy.auditLog.contains("token.reuse_detected"))
        }
    }

    @Test("An answer thrown away is no loss: the old cookies work an hour later")
    func thrownAway() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            proxy.clock.advance(bySeconds: 1900)
            let lost = try alice.request()
            #expect(lost.newAccess != nil)
            proxy.clock.advance(bySeconds: 3600)
            let found = try alice.visit()
            #expect(found.status == 200)
            #expect(found.newAccess != nil && found.newAccess != lost.newAccess, "the lost one has expired")
            #expect(try alice.visit().status == 200)
            #expect(!proxy.auditLog.contains("token.reuse_detected"))
        }
    }

    @Test("After the grace the old refresh token is stolen goods: the session ends, with an audit event")
    func reuse() async throws {
        try await ProxyFixture.run { proxy in
            let old = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            proxy.clock.advance(bySeconds: 1900)
            var new = old
            #expect(try new.visit().status == 200)
            #expect(try new.request().status == 200)
            proxy.clock.advance(bySeconds: 31)
            let stolen = try old.request()
            #expect(stolen.status == 401)
            #expect(stolen.code == "token_revoked", "\(stolen)")
            #expect(stolen.newAccess == nil)
            #expect(stolen.deletedCookies.contains(ProxyFixture.refreshCookie), "the access cookie was not even sent")
            expectRefusal(try new.request(), "token_revoked")
            #expect(waitUntil { proxy.auditLog.contains("token.reuse_detected") })
            #expect(try bob.request().status == 200, "nobody else is touched")
        }
    }

    @Test("A refreshed POST reaches the application once and whole")
    func body() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                let request = try exchange.readBody()
                try exchange.perform(.response(201, body: String(request.body.count)))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                proxy.clock.advance(bySeconds: 1900)
                let size = 300_000
                let client = try proxy.client()
                try client.send(
                    MessageText.request("POST", "/orders", alice.fields + [("Content-Length", String(size))]))
                for position in stride(from: 0, to: size, by: 50_000) {
                    try client.send(Array(BytePattern.bytes(at: position, count: 50_000)))
                }
                let answer = try client.response()
                #expect(answer.status == 201)
                #expect(answer.text == "300000")
                #expect(answer.newAccess != nil)
                #expect(proxy.requests.count == 1)
                #expect(proxy.requests.first.map { BytePattern.matches($0.body, at: 0) } == true)
            })
    }

    @Test(
        "The new cookies go out with every status, and with HEAD",
        arguments: [200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 500, 503])
    func everyStatus(status: Int) async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                try exchange.perform(.response(status, [("Set-Cookie", "app=1"), ("X-App", "yes")]))
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                proxy.clock.advance(bySeconds: 1900)
                for method in ["GET", "HEAD", "DELETE"] {
                    let client = try proxy.client()
                    try client.send(alice.bytes(method, "/"))
                    let answer = try client.response(to: method)
                    #expect(answer.status == status)
                    #expect(answer.newAccess != nil && answer.newRefresh != nil, "\(method): \(answer)")
                    #expect(answer.setCookies.contains { $0.name == "app" }, "the application's cookie stays")
                    #expect(answer.header("x-app") == "yes")
                }
            })
    }

    @Test("The new cookies go out with the proxy's own errors")
    func ownErrors() async throws {
        try await ProxyFixture.run(
            configure: { $0.limits.upstreamFirstByteTimeoutSeconds = 1.5 },
            origin: { exchange in
                try exchange.readBody()
                switch exchange.request.target {
                case "/garbage": try exchange.perform(.raw("garbage\r\n\r\n", .close))
                case "/reset": try exchange.perform(OriginAnswer([], ending: .reset))
                default: try exchange.perform(.never)
                }
            },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                proxy.clock.advance(bySeconds: 1900)
                for (target, status) in [("/garbage", 502), ("/reset", 502), ("/hang", 504)] {
                    let answer = try alice.request("GET", target)
                    #expect(answer.status == status, "\(answer)")
                    #expect(answer.newAccess != nil && answer.newRefresh != nil)
                }
            })
    }

    @Test("A cache may not keep an answer that carries cookies for others")
    func cacheControl() async throws {
        try await ProxyFixture.run(
            origin: { try $0.perform(.response(200, [("Cache-Control", "public, max-age=60")], body: "x")) },
            { proxy in
                let alice = try Browser.signedIn(proxy)
                #expect(
                    try alice.request().header("cache-control") == "public, max-age=60", "untouched without cookies")
                proxy.clock.advance(bySeconds: 1900)
                let answer = try alice.request()
                let directives = answer.fields.elements("cache-control")
                #expect(answer.newAccess != nil)
                #expect(
                    directives.contains("no-store") || directives.contains("private")
                        || directives.contains { $0.hasPrefix("no-cache") }, "\(directives)")
            })
    }
}
