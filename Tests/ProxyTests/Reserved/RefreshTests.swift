import SallyportTesting
import Testing

/// DESIGN.md §5, "Reserved path": `POST refresh`.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct RefreshTests {
    static let json = [("Content-Type", "application/json")]

    @Test("By cookie it is 204 with new cookies that work")
    func byCookie() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            let old = alice
            let answer = try alice.post("refresh")
            #expect(answer.status == 204 && answer.body.isEmpty)
            #expect(answer.header("cache-control") == "no-store")
            #expect(answer.newAccess != nil && answer.newAccess != old.access)
            #expect(answer.newRefresh != nil && answer.newRefresh != old.refresh)
            #expect(answer.setCookies.allSatisfy { $0.attributes["httponly"] != nil && $0.refusal == nil })
            #expect(try alice.request().echoed["x-user-id"] == "alice")
            #expect(waitUntil { proxy.auditLog.contains(#""event":"token.refreshed""#) })
            #expect(proxy.requests.count == 1)
        }
    }

    @Test("The same cookie on many connections at once gives one successor", arguments: [1, 2])
    func parallel(workers: Int) async throws {
        try await ProxyFixture.run(configure: { $0.workers = workers }) { proxy in
            let alice = try Browser.signedIn(proxy)
            let clients = try (0..<40).map { _ in try proxy.client() }
            for client in clients { try client.send(alice.bytes("POST", "/.sallyport/refresh", Browser.ownPage)) }
            let answers = try clients.map { try $0.response(to: "POST") }
            #expect(answers.allSatisfy { $0.status == 204 })
            #expect(Set(answers.map { $0.newRefresh }).count == 1)
            #expect(Set(answers.map { $0.newAccess }).count == 1)
            #expect(answers[0].newRefresh != nil)
        }
    }

    @Test("By body it is the token answer of RFC 6749, and sets no cookie")
    func byBody() async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            let login = try client.exchange("POST", "/tokens", [], body: #"{"sub":"alice"}"#)
            let refresh = try #require(login.json["refresh_token"] as? String)
            let answer = try client.exchange(
                "POST", "/.sallyport/refresh", Self.json, body: #"{"refresh_token":"\#(refresh)"}"#)
            #expect(answer.status == 200 && answer.setCookies.isEmpty)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.json["token_type"] as? String == "Bearer")
            let access = try #require(answer.json["access_token"] as? String)
            let next = try #require(answer.json["refresh_token"] as? String)
            #expect(try client.exchange("GET", "/", [("Authorization", "Bearer \(access)")]).status == 200)
            let form = [("Content-Type", "application/x-www-form-urlencoded")]
            let again = try client.exchange(
                "POST", "/.sallyport/refresh", form, body: "grant_type=refresh_token&refresh_token=\(next)")
            #expect(again.status == 200 && again.json["access_token"] as? String != access)
        }
    }

    @Test("A body in chunks, or after 100 (Continue), is read whole")
    func framings() async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            let login = try client.exchange("POST", "/tokens", [], body: #"{"sub":"alice"}"#)
            let body = #"{"refresh_token":"\#(login.json["refresh_token"] as? String ?? "")"}"#
            let cut = body.index(body.startIndex, offsetBy: 20)
            let head = MessageText.request(
                "POST", "/.sallyport/refresh", Self.json + [("Transfer-Encoding", "chunked")])
            try client.send(head + MessageText.chunked([String(body[..<cut]), String(body[cut...])]), .byteByByte)
            let first = try client.response(to: "POST")
            #expect(first.status == 200)
            let next = #"{"refresh_token":"\#(first.json["refresh_token"] as? String ?? "")"}"#
            try client.send(
                MessageText.request(
                    "POST", "/.sallyport/refresh",
                    Self.json + [("Expect", "100-continue"), ("Content-Length", "\(next.utf8.count)")]))
            #expect(try client.reader.interimHead().status == 100)
            try client.send(next)
            #expect(try client.response(to: "POST").status == 200)
        }
    }

    @Test("What is not understood is refused, and a body that is too large is not read")
    func badBodies() async throws {
        try await ProxyFixture.run { proxy in
            func post(_ type: String, _ body: String) throws -> RawResponse {
                try proxy.client().exchange("POST", "/.sallyport/refresh", [("Content-Type", type)], body: body)
            }
            #expect(try post("text/plain", "refresh_token=x").status == 415)
            let malformed = try post("application/json", "{")
            #expect(malformed.status == 400 && malformed.json["error"] as? String == "invalid_request")
            #expect(try post("application/json", #"{"refresh_token":"x"}"#).code == "token_malformed")
            let padding = String(repeating: "x", count: 16 * 1024)
            #expect(try post("application/json", #"{"refresh_token":"\#(padding)"}"#).status == 413)
            let missing = try proxy.client().exchange("POST", "/.sallyport/refresh")
            #expect(missing.status == 401 && missing.code == "token_missing")
            let client = try proxy.client()
            try client.send(
                MessageText.request("POST", "/.sallyport/refresh", [("Transfer-Encoding", "chunked")])
                    + MessageText.chunked([padding, padding]))
            #expect(try client.response(to: "POST").status == 413)
        }
    }

    @Test("A stolen refresh token ends the session; its cookies are deleted, and the thief's are dead too")
    func reuse() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            var thief = alice
            #expect(try alice.post("refresh").status == 204)
            #expect(try alice.request().status == 200)
            proxy.clock.advance(bySeconds: 31)
            let answer = try thief.post("refresh")
            #expect(answer.status == 401 && answer.code == "token_revoked")
            #expect(answer.deletedCookies == [ProxyFixture.accessCookie, ProxyFixture.refreshCookie])
            #expect(try alice.request().status == 401)
            #expect(try alice.post("refresh").status == 401)
            #expect(waitUntil { proxy.auditLog.contains(#""event":"token.reuse_detected""#) })
            #expect(waitUntil { proxy.auditLog.contains(#""reason":"reuse""#) })
        }
    }

    @Test("A store that is down is 503, and the cookies stay and work when it is back")
    func storeDown() async throws {
        try await ProxyFixture.run { proxy in
            var alice = try Browser.signedIn(proxy)
            proxy.store.set(.fails(.timedOut))
            let answer = try alice.post("refresh")
            #expect(answer.status == 503 && answer.code == "store_unavailable" && answer.setCookies.isEmpty)
            #expect(answer.header("retry-after") == "1")
            proxy.store.set(.works)
            #expect(try alice.post("refresh").status == 204)
        }
    }

    @Test("A refresh token of another client is refused and audited", arguments: [true, false])
    func binding(otherAddress: Bool) async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            var thief = alice
            if otherAddress { thief.source = "127.0.0.9" } else { thief.userAgent = "Other/1.0" }
            let answer = try thief.post("refresh")
            #expect(answer.status == 401 && answer.code == "binding_mismatch")
            #expect(waitUntil { proxy.auditLog.contains(#""event":"binding.mismatch""#) })
            #expect(try alice.request().status == 200)
        }
    }
}
