import CryptoPrimitives
import Foundation
import Testing
import Tokens

@Suite("Every algorithm signs, verifies, and refuses its neighbours")
struct AlgorithmTests {
    private let client = Bench.client

    /// One key of each algorithm; making RSA keys takes a while.
    static let keys: [TokenKey] = SignatureAlgorithm.allCases.map { algorithm in
        do {
            return try TokenKey.generate(algorithm, identifier: algorithm.rawValue)
        } catch {
            fatalError("\(error)")
        }
    }

    @Test("A session's tokens go through a whole life under each algorithm", arguments: keys)
    func life(_ key: TokenKey) async throws {
        let bench = try Bench(keys: [key])
        let tokens = try await bench.session()
        #expect(try UnverifiedToken(tokens.accessToken).header["alg"] == .string(key.algorithm.rawValue))
        _ = try await bench.manager.verifyToken(tokens.accessToken, expecting: .access, client: client)
        let next = try await bench.manager.rotate(tokens.refreshToken, client: client)
        _ = try await bench.manager.verifyToken(next.tokens.accessToken, expecting: .access, client: client)
        let other = ClientIdentity(address: "198.51.100.1", userAgent: "Test/1.0")
        #expect(throws: TokenError.binding) { try bench.manager.verifyLocally(tokens.accessToken, client: other) }
    }

    @Test("A token of one algorithm is refused by a key of each other one", arguments: keys)
    func others(_ key: TokenKey) async throws {
        let token = try await Bench(keys: [key]).session().accessToken
        for other in Self.keys where other !== key {
            #expect(throws: TokenError.self) { try Bench(keys: [other]).manager.verifyLocally(token, client: client) }
        }
    }

    @Test("ATTACKS 23: a signature of each length from 0 to 200 but the right one is refused", arguments: keys)
    func lengths(_ key: TokenKey) async throws {
        let bench = try Bench(keys: [key])
        let token = try await bench.session().accessToken
        let signed = token[..<token.lastIndex(of: ".")!]
        let signature = Base64URL.decode(String(token[token.index(after: signed.endIndex)...]))!
        for filler in [UInt8(0), 0x30, 0xff] {
            for count in 0...200 where count != signature.count {
                let whole = signature + [UInt8](repeating: filler, count: 200)
                for other in [Array(whole.prefix(count)), [UInt8](repeating: filler, count: count)] {
                    #expect(throws: TokenError.signature) {
                        try bench.manager.verifyLocally("\(signed).\(Base64URL.encode(other.span))", client: client)
                    }
                }
            }
        }
        for value in [UInt8(0), 0x7f, 0x80, 0xff] {
            let same = Base64URL.encode([UInt8](repeating: value, count: signature.count).span)
            #expect(throws: TokenError.signature) {
                try bench.manager.verifyLocally("\(signed).\(same)", client: client)
            }
        }
    }

    @Test(
        "ATTACKS 1: an HMAC of any kind under the public key's PEM, DER, modulus or JWK is no signature",
        arguments: keys)
    func confusion(_ key: TokenKey) async throws {
        guard let jwk = key.publicJWK, let pem = key.publicPEM else { return #expect(key.algorithm.isSymmetric) }
        let bench = try Bench(keys: [key])
        let payload = JSONWriter.text(.object(try UnverifiedToken(try await bench.session().accessToken).claims))
        let der = Data(
            base64Encoded: String(decoding: pem, as: UTF8.self).split(separator: "\n").dropFirst().dropLast().joined())
        var secrets = [pem, JSONWriter.bytes(.object(jwk)), Array(pem.dropLast()), Array(try #require(der))]
        for name in ["n", "x", "y"] {
            guard let text = jwk[name]?.string else { continue }
            secrets += [text.bytes, Base64URL.decode(text) ?? []]
        }
        for secret in secrets {
            for (name, digest) in [("HS256", DigestAlgorithm.sha256), ("HS384", .sha384), ("HS512", .sha512)] {
                for header in [#"{"alg":"\#(name)"}"#, #"{"alg":"\#(name)","kid":"\#(key.algorithm.rawValue)"}"#] {
                    let text = Base64URL.encode(header.bytes.span) + "." + Base64URL.encode(payload.bytes.span)
                    let code = try HMACKey(secret: secret.span, algorithm: digest).authenticationCode(
                        for: text.bytes.span)
                    let token = text + "." + Base64URL.encode(code.bytes)
                    #expect(throws: TokenError.signature) { try bench.manager.verifyLocally(token, client: client) }
                }
            }
        }
    }

    @Test("A key pair comes back from PEM and its public half from JWK and PEM", arguments: keys)
    func exportAndImport(_ key: TokenKey) async throws {
        guard let jwk = key.publicJWK, let pem = key.publicPEM, let secret = key.privatePEM else {
            return #expect(key.algorithm.isSymmetric)
        }
        let bench = try Bench(keys: [key])
        let token = try await bench.session().accessToken
        #expect(jwk["d"] == nil && jwk["alg"] == .string(key.algorithm.rawValue))
        let demands = TokenDemands(audience: "shop", clock: bench.clock.wallClock)
        for keys in [
            try TokenKeys(json: JSONWriter.bytes(.object(jwk))), try TokenKeys(file: pem),
            try TokenKeys(file: secret, algorithms: [key.algorithm]),
        ] {
            #expect(TokenJudge(keys: keys, demands: demands).judge(token).isValid)
        }
        #expect(try TokenKeys(file: pem).signing == nil)
        // A key pair that is read again makes and verifies the same fingerprints.
        let again = try TokenKeys(pem: secret, algorithms: [key.algorithm], identifier: key.identifier)
        _ = try bench.manager(bench.manager.settings, keys: again).verifyLocally(token, client: client)
    }

    @Test("The examples of RFC 7515 A.1 and A.3 and of RFC 8037 A.4 verify, and not when altered")
    func standardExamples() throws {
        let payload =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let examples: [(JSONObject, String)] = [
            (
                [
                    "kty": "oct",
                    "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
                ], "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(payload).dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            ),
            (
                [
                    "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                ],
                "eyJhbGciOiJFUzI1NiJ9.\(payload)."
                    + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
            ),
            (
                ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                    + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
            ),
        ]
        for (jwk, token) in examples {
            let judge = TokenJudge(
                keys: try TokenKeys(json: JSONWriter.bytes(.object(jwk))), demands: TokenDemands(signatureOnly: true))
            #expect(judge.judge(token).isValid)
            for index in token.indices.dropFirst(20).dropLast(3) where token[index] != "." {
                var altered = token
                altered.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
                #expect(!judge.judge(altered).isValid)
            }
        }
    }

    @Test("HS384 and HS512 give the codes that another implementation gives")
    func otherDigests() throws {
        let secret = Base64URL.encode(Array(0..<64 as Range<UInt8>).span)
        let tokens = [
            (
                "HS384",
                "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0."
                    + "sOfIOXFGI2YmL-vfq8CFu8j_B9JGzoj3OJfbhrMkSkKLiRqW_wtncvBxixdWD_WS"
            ),
            (
                "HS512",
                "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0."
                    + "-wIhjga-b53dp_c-hB4iWq_RV3nO3SJq01dS-UminYwsrIthX4sW8rz9DjoZQI9P5JB6flN6jGhMCi1pvBLp3w"
            ),
        ]
        for (algorithm, token) in tokens {
            let jwk: JSONObject = ["kty": "oct", "k": .string(secret), "alg": .string(algorithm)]
            let keys = try TokenKeys(json: JSONWriter.bytes(.object(jwk)))
            let judge = TokenJudge(keys: keys, demands: TokenDemands(clock: ManualClock().wallClock))
            #expect(judge.judge(token) == .valid(claims: ["sub": "alice", "exp": 4_102_444_800]))
            #expect(judge.judge(String(token.dropLast(4)) + "AAAA") == .invalid(.signature))
        }
    }

    @Test("Ed25519 signs as RFC 8037 A.4 does")
    func knownSignature() throws {
        let key = try AsymmetricKey(
            ed25519: Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")!,
            privateBytes: Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")!)
        let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".bytes
        let signature = try SignatureKey(key, scheme: .ed25519).signature(for: message.span)
        #expect(
            Base64URL.encode(signature.span)
                == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    }

    @Test("Many signatures of each curve come through both forms", arguments: EllipticCurve.allCases)
    func curveForms(_ curve: EllipticCurve) throws {
        let pair = try SignatureKey(AsymmetricKey.generate(for: .ecdsa(curve)), scheme: .ecdsa(curve))
        // Among so many, some halves have leading zeros and some a high bit.
        for number in 0..<600 {
            let message = "message \(number)".bytes
            let signature = try pair.signature(for: message.span)
            let isValid = pair.isValid(signature.span, for: message.span)
            #expect(isValid && signature.count == 2 * curve.byteCount)
        }
    }

    @Test("A key pair serves many tasks at once with the right verdicts", arguments: keys)
    func concurrency(_ key: TokenKey) async throws {
        let bench = try Bench(keys: [key])
        let token = try await bench.session().accessToken
        let forged = token.dropLast(8) + "AAAAAAAA"
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<25).allSatisfy { _ in
                        (try? bench.manager.verifyLocally(token, client: Bench.client)) != nil
                            && (try? bench.manager.verifyLocally(String(forged), client: Bench.client)) == nil
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
