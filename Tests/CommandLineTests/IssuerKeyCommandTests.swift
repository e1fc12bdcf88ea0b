import SallyportTesting
import Synchronization
import Testing
import Tokens

/// Commands on tokens of foreign issuers, whose keys lie at a server.
@Suite("sallyport, with the keys of an issuer at a server", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct IssuerKeyCommandTests {
    private static let now = Int64(WallClock.system.now)

    /// A configuration that takes tokens of an issuer, with its keys at a server; the body gets both.
    private static func run(
        _ issuer: SignedIssuer, answer: @escaping @Sendable (String) -> OriginAnswer, keys: (String) -> String,
        _ body: (Gate, TestOrigin) throws -> Void
    ) throws {
        let server = try TestOrigin { request in answer(request.target) }
        defer { server.stop() }
        guard case .tcp(let host, let port) = server.address else { return }
        let gate = try Gate(
            more: """
                issuers:
                  - issuer: \(issuer.name)
                    audiences: [api://shop]
                    \(keys("\(host):\(port)"))
                """)
        try body(gate, server)
    }

    private static func keySet(_ authority: String) -> String { "jwks: {url: \"http://\(authority)/keys\"}" }

    @Test("A foreign token is verified and revoked with keys that are fetched once, and not for a token of ours")
    func verification() throws {
        let issuer = try SignedIssuer()
        let stranger = try SignedIssuer(keyIdentifier: "k2")
        try Self.run(issuer, answer: { _ in .response(200, body: issuer.keySet(), .close) }, keys: Self.keySet) {
            gate, server in
            let own = try gate.token()
            #expect(try gate.run("token", "verify", input: own).code == 0)
            #expect(server.requests.isEmpty)

            let good = try issuer.token(now: Self.now)
            let lines = [
                good, own, try issuer.token(now: Self.now) { $0["aud"] = "api://other" },
                try stranger.token(now: Self.now), try stranger.token(now: Self.now), good,
            ]
            let run = try gate.run("token", "verify", "--stdin", input: lines.map { $0 + "\n" }.joined())
            #expect(run.code == 0, "\(run.errors)")
            let codes = try run.lines.map { try members($0)["code"] as? String }
            #expect(codes == [nil, nil, "token_audience", "token_key_unknown", "token_key_unknown", nil])
            #expect(server.requests.map(\.target) == ["/keys"])

            #expect(try gate.run("token", "revoke", input: good).output == "{\"revoked\":true}\n")
            let revoked = try gate.run("token", "verify", input: good)
            #expect(revoked.code == 1)
            #expect(try members(revoked.output)["code"] as? String == "token_revoked")
        }
    }

    @Test("Keys are found by discovery too, under the issuer's own name only")
    func discovery() throws {
        let pair = try SignedIssuer()
        let name = Mutex("")
        let server = try TestOrigin { request in
            if request.target == "/keys" { return .response(200, body: pair.keySet(), .close) }
            let issuer = name.withLock { $0 }
            return .response(200, body: #"{"issuer":"\#(issuer)","jwks_uri":"\#(issuer)/keys"}"#, .close)
        }
        defer { server.stop() }
        guard case .tcp(let host, let port) = server.address else { return }
        var issuer = pair
        issuer.name = "http://\(host):\(port)"
        let gate = try Gate(
            more: "issuers: [{issuer: \"\(issuer.name)\", audiences: [api://shop], jwks: {discovery: true}}]")
        let token = try issuer.token(now: Self.now)
        let wrong = try gate.run("token", "verify", input: token)
        #expect(wrong.code == 3 && wrong.errors.contains("the discovery document is not that of \(issuer.name)"))
        name.withLock { $0 = issuer.name }
        #expect(try gate.run("token", "verify", input: token).code == 0)
        #expect(server.requests.map(\.target).suffix(2) == ["/.well-known/openid-configuration", "/keys"])
    }

    @Test(
        "Where the keys cannot be had, nobody says that the token is bad: one sentence why, exit code 3, one fetch",
        arguments: [
            (OriginAnswer.response(500, body: "no", .close), "the server answers 500"),
            (.response(302, [("Location", "/x")], .close), "the server sends elsewhere (302)"),
            (.response(200, body: "<html>", .close), "the answer holds no keys"),
            (.raw("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{", .silence), "more than 256 KiB"),
        ])
    func failures(_ answer: OriginAnswer, _ reason: String) throws {
        let issuer = try SignedIssuer()
        try Self.run(issuer, answer: { _ in answer }, keys: Self.keySet) { gate, server in
            let token = try issuer.token(now: Self.now)
            let one = try gate.run("token", "verify", input: token)
            #expect(one.code == 3)
            #expect(try members(one.output)["code"] as? String == "issuer_unavailable")
            #expect(one.errors.hasPrefix("sallyport: the keys of \(issuer.name) cannot be fetched: "))
            #expect(one.errors.contains(reason) && one.errors.split(separator: "\n").count == 1)
            let many = try gate.run("token", "verify", "--stdin", input: "\(token)\n\(token)\n")
            #expect(many.code == 0 && many.lines.count == 2)
            #expect(server.requests.count == 2)
            #expect(try gate.run("token", "revoke", input: token).code == 3)

            #expect(try gate.run("check").output.hasSuffix(": good\n"), "no server is asked")
            #expect(server.requests.count == 3)
            let check = try gate.run("check", "--fetch-keys")
            #expect(check.code == 1)
            #expect(check.output.contains("issuers[0]: the keys of \(issuer.name) cannot be fetched: "))
            #expect(check.output.contains(reason))
        }
    }

    @Test("The keys that a configuration names are fetched by a check that is told to, and found good")
    func check() throws {
        let issuer = try SignedIssuer()
        try Self.run(issuer, answer: { _ in .response(200, body: issuer.keySet(), .close) }, keys: Self.keySet) {
            gate, server in
            let run = try gate.run("check", "--fetch-keys")
            #expect(run.code == 0)
            #expect(run.output.hasSuffix(": good\n"))
            #expect(server.requests.count == 1)
        }
    }
}
