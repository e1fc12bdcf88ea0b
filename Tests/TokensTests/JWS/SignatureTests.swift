import Testing
import Tokens

@Suite("Signatures and headers of our tokens")
struct SignatureTests {
    private let client = Bench.client

    @Test("A token whose payload or header is changed by one character is refused, one that is left alone is taken")
    func tampering() async throws {
        let bench = try Bench()
        let token = try await bench.session().accessToken
        _ = try bench.manager.verifyLocally(token, client: client)
        let bytes = token.bytes
        for index in bytes.indices {
            for replacement in [UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "."), UInt8(ascii: "=")]
            where bytes[index] != replacement {
                var changed = bytes
                changed[index] = replacement
                #expect(throws: TokenError.self) {
                    try bench.manager.verifyLocally(changed.span, accepting: [.access], client: client)
                }
            }
        }
    }

    @Test("The wrong key's signature is refused as a signature")
    func otherKey() async throws {
        let bench = try Bench()
        let token = try Bench.resigned(try await bench.session().accessToken, secret: Bench.secret.reversed()) { _ in }
        #expect(throws: TokenError.signature) { try bench.manager.verifyLocally(token, client: client) }
    }

    @Test("ATTACKS 2: there is no `none` in any spelling, and a header without alg is malformed")
    func none() async throws {
        let bench = try Bench()
        let token = try await bench.session().accessToken
        let parts = token.split(separator: ".")
        let payload = JSONWriter.text(.object(try UnverifiedToken(token).claims))
        /// The token under another header: unsigned, with two signatures that are none, and signed with the key.
        func forgeries(_ header: String) throws -> [String] {
            let encoded = Base64URL.encode(header.bytes.span)
            return ["", "AA", String(parts[2])].map { "\(encoded).\(parts[1]).\($0)" }
                + [try Bench.signed(payload, header: header)]
        }
        for name in ["none", "NoNe", "None", "NONE", "", " none", "HS256 ", "hs256", "HS1", "HS512", "RS256", "null"] {
            for forgery in try forgeries(#"{"alg":"\#(name)"}"#) {
                #expect(throws: TokenError.signature, "\(name)") {
                    try bench.manager.verifyLocally(forgery, client: client)
                }
            }
        }
        for header in ["{}", #"{"typ":"JWT"}"#, #"{"alg":null}"#, #"{"alg":["HS256"]}"#, #"{"alg":1}"#] {
            for forgery in try forgeries(header) {
                #expect(throws: TokenError.malformed("the header has no alg"), "\(header)") {
                    try bench.manager.verifyLocally(forgery, client: client)
                }
            }
        }
        let neighbour = try Bench.signed(payload, header: #"{"alg":"HS256"}"#)
        #expect(try bench.manager.verifyLocally(neighbour, client: client).subject == "alice")
    }

    @Test("ATTACKS 2 and 31: an empty secret and one shorter than the digest are refused with a sentence")
    func weakSecrets() throws {
        #expect(throws: TokenKeyError(.empty, "the secret is missing or empty")) { try TokenKey(secret: []) }
        for (algorithm, minimum) in [(SignatureAlgorithm.hs256, 32), (.hs384, 48), (.hs512, 64)] {
            let short = [UInt8](repeating: 7, count: minimum - 1)
            let reason =
                "the secret has \(minimum - 1) bytes; \(algorithm.rawValue) needs at least \(minimum) (RFC 7518 §3.2)"
            #expect(throws: TokenKeyError(.tooShort, reason)) { try TokenKey(secret: short, algorithm: algorithm) }
            _ = try TokenKey(secret: short + [7], algorithm: algorithm)
            #expect(TokenKey.randomSecret(for: algorithm)?.count == minimum)
        }
        #expect(throws: TokenKeyError.self) { try TokenKey(secret: Bench.secret, algorithm: .rs256) }
        #expect(
            throws: TokenKeyError(.unsuitable, "the secret is a PEM file: a key pair or certificate is no secret")
        ) { try TokenKey(secret: SampleKeys.ecPublic.bytes) }
        #expect(throws: TokenKeyError(.none, "there is no key")) { try TokenKeys([]) }
    }

    @Test(
        "ATTACKS 29: crit, b64, a kid or typ that is no text, and duplicate names in the header are malformed",
        arguments: [
            #"{"alg":"HS256","crit":["x"],"x":1}"#, #"{"alg":"HS256","crit":[]}"#, #"{"alg":"HS256","crit":null}"#,
            #"{"alg":"HS256","crit":["b64"],"b64":true}"#, #"{"alg":"HS256","b64":false}"#,
            #"{"alg":"HS256","kid":1}"#, #"{"alg":"HS256","kid":{"kid":"a"}}"#, #"{"alg":"HS256","typ":1}"#,
            #"{"alg":"HS256","alg":"HS256"}"#, #"{"alg":"none","\u0061lg":"HS256"}"#,
            #"{"alg":"HS256","typ":"logout+jwt"}"#,
            #"["HS256"]"#, #""HS256""#, #"{"alg":"HS256"} x"#, "",
        ])
    func headers(_ header: String) async throws {
        let bench = try Bench()
        let payload = JSONWriter.text(.object(try UnverifiedToken(try await bench.session().accessToken).claims))
        _ = try bench.manager.verifyLocally(try Bench.signed(payload), client: client)
        #expect { try bench.manager.verifyLocally(try Bench.signed(payload, header: header), client: client) } throws: {
            if case .malformed = $0 as? TokenError { true } else { false }
        }
    }

    @Test(
        "Keys in the header are not looked at, and unknown parameters are ignored",
        arguments: [
            #"{"alg":"HS256","jku":"https://evil.example/k"}"#, #"{"alg":"HS256","x":1,"typ":"at+jwt"}"#,
            #"{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}"#, #"{ "typ" : "jwt" , "alg" : "HS256" }"#,
        ])
    func ignoredParameters(_ header: String) async throws {
        let bench = try Bench()
        let payload = JSONWriter.text(.object(try UnverifiedToken(try await bench.session().accessToken).claims))
        _ = try bench.manager.verifyLocally(try Bench.signed(payload, header: header), client: client)
        let forged = try Bench.signed(payload, header: header, secret: [0, 0, 0])
        #expect(throws: TokenError.signature) { try bench.manager.verifyLocally(forged, client: client) }
    }

    @Test(
        "ATTACKS 1: alg has to be the signing key's own, though the set has keys of the other one, with kid and without"
    )
    func agreement() throws {
        let long = Bench.secret + Bench.secret.reversed()
        let keys = try TokenKeys([
            TokenKey(secret: long, algorithm: .hs256, identifier: "a"),
            TokenKey(secret: long.reversed(), algorithm: .hs512, identifier: "b"),
        ])
        let judge = TokenJudge(keys: keys, demands: TokenDemands(clock: ManualClock().wallClock))
        func judgement(_ header: String) throws -> TokenJudgement {
            judge.judge(try Bench.signed(#"{"exp":4102444800}"#, header: header, secret: long))
        }
        #expect(try judgement(#"{"alg":"HS256"}"#).isValid)
        #expect(try judgement(#"{"alg":"HS256","kid":"a"}"#).isValid)
        for header in [
            #"{"alg":"HS512"}"#, #"{"alg":"HS512","kid":"a"}"#, #"{"alg":"HS256","kid":"b"}"#, #"{"alg":"HS384"}"#,
        ] {
            #expect(try judgement(header) == .invalid(.signature))
        }
    }

    @Test("A kid selects its key: a known one is used, an unknown one is an error of its own, none tries all")
    func keySelection() async throws {
        let old = try TokenKey(secret: Bench.secret, identifier: "old")
        let new = try TokenKey(secret: Bench.secret.reversed(), identifier: "new")
        let bench = try Bench(keys: [new, old])
        let payload = JSONWriter.text(.object(try UnverifiedToken(try await bench.session().accessToken).claims))
        func verify(_ header: String, secret: [UInt8]) throws {
            // The fingerprint belongs to the signing key; only the signature is looked at here.
            var settings = bench.manager.settings
            settings.binding = BindingRules(address: .off, userAgent: .off)
            let token = try Bench.signed(payload, header: header, secret: secret)
            _ = try bench.manager(settings).verifyLocally(token, client: client)
        }
        try verify(#"{"alg":"HS256","kid":"old"}"#, secret: Bench.secret)
        try verify(#"{"alg":"HS256","kid":"new"}"#, secret: Bench.secret.reversed())
        try verify(#"{"alg":"HS256"}"#, secret: Bench.secret)
        #expect(throws: TokenError.signature) { try verify(#"{"alg":"HS256","kid":"new"}"#, secret: Bench.secret) }
        #expect(throws: TokenError.keyUnknown) { try verify(#"{"alg":"HS256","kid":"x"}"#, secret: Bench.secret) }
        #expect(throws: TokenError.keyUnknown) { try verify(#"{"alg":"HS256","kid":""}"#, secret: Bench.secret) }
        #expect(throws: TokenError.signature) { try verify(#"{"alg":"HS512","kid":"old"}"#, secret: Bench.secret) }
        #expect(throws: TokenKeyError(.ambiguous, "two keys have the same kid and algorithm")) {
            try TokenKeys([old, try TokenKey(secret: Bench.secret.reversed(), identifier: "old")])
        }
    }

    @Test(
        "After a key was rotated, tokens of the old key are good as long as it is kept, and new ones carry the new kid")
    func rotationOfKeys() async throws {
        let old = try TokenKey(secret: Bench.secret, identifier: "2026-01")
        let new = try TokenKey(secret: Bench.secret.reversed(), identifier: "2026-02")
        let bench = try Bench(keys: [old])
        let before = try await bench.session()
        let rotated = bench.manager(bench.manager.settings, keys: try TokenKeys([new, old]))
        _ = try await rotated.verifyToken(before.accessToken, expecting: .access, client: client)
        let after = try await rotated.rotate(before.refreshToken, client: client).tokens
        #expect(try UnverifiedToken(after.accessToken).header["kid"] == "2026-02")
        _ = try await rotated.verifyToken(after.accessToken, expecting: .access, client: client)
        let retired = bench.manager(bench.manager.settings, keys: try TokenKeys([new]))
        #expect(throws: TokenError.keyUnknown) { try retired.verifyLocally(before.accessToken, client: client) }
    }

    @Test(
        "What is no compact JWS is malformed",
        arguments: ["a", "a.b", "a.b.c.d", "..", ".a.", "a.b.c", "ey.ey.ey", " a.b.c", "....."])
    func structure(_ token: String) throws {
        #expect { try Bench().manager.verifyLocally(token, client: client) } throws: {
            if case .malformed = $0 as? TokenError { true } else { false }
        }
    }

    @Test("No bytes at all are a missing token")
    func missing() throws {
        #expect(throws: TokenError.missing) { try Bench().manager.verifyLocally("", client: client) }
    }

    @Test("A token is taken up to its limit in bytes, and refused beyond it")
    func size() async throws {
        var settings = TokenSettings()
        let token = try await Bench(settings).session().accessToken
        settings.limits.tokenBytes = token.utf8.count
        _ = try Bench(settings).manager.verifyLocally(token, client: client)
        settings.limits.tokenBytes -= 1
        #expect(throws: TokenError.malformed("the token has more than \(token.utf8.count - 1) bytes")) {
            try Bench(settings).manager.verifyLocally(token, client: client)
        }
        settings.limits = TokenLimits(headerBytes: 10)
        #expect(throws: TokenError.malformed("the token's header has more than 10 bytes")) {
            try Bench(settings).manager.verifyLocally(token, client: client)
        }
    }

    @Test("A signature of another length than the key's is refused, whatever it begins with")
    func lengths() async throws {
        let bench = try Bench()
        let token = try await bench.session().accessToken
        let signed = token[..<token.lastIndex(of: ".")!]
        let signature = Base64URL.decode(String(token[token.index(after: signed.endIndex)...]))!
        for count in 0...200 where count != 32 {
            let other = Array((signature + [UInt8](repeating: 0, count: 200)).prefix(count))
            #expect(throws: TokenError.signature) {
                try bench.manager.verifyLocally("\(signed).\(Base64URL.encode(other.span))", client: client)
            }
        }
    }
}
