import Testing
import Tokens

@Suite("Keys from files")
struct KeyFileTests {
    private func refusal(_ make: () throws -> TokenKeys) -> TokenKeyError.Kind? {
        do {
            _ = try make()
            return nil
        } catch {
            return (error as? TokenKeyError)?.kind
        }
    }

    private func load(_ json: JSONValue, _ algorithms: Set<SignatureAlgorithm>? = nil) throws -> TokenKeys {
        try TokenKeys(file: JSONWriter.bytes(json), algorithms: algorithms)
    }

    private static let point: JSONObject = [
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ]
    private static let privateNumber: JSONValue = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"

    private func point(_ change: (inout JSONObject) -> Void) -> JSONValue {
        var object = Self.point
        change(&object)
        return .object(object)
    }

    @Test(
        "PEM is read in each form that holds a key without a password, also with other blocks around it",
        arguments: [SampleKeys.ec, SampleKeys.ecPKCS8, SampleKeys.ecPublic, SampleKeys.ecCertificate])
    func pem(_ text: String) throws {
        let keys = try TokenKeys(file: text.bytes)
        #expect(keys.all.map(\.algorithm) == [.es256])
        #expect((keys.signing != nil) == text.contains("PRIVATE"))
        #expect(keys.all[0].publicJWK == (try TokenKeys(file: SampleKeys.ecPublic.bytes).all[0].publicJWK))
        let crowded = "A key:\r\n" + text.replacing("\n", with: "\r\n") + "\r\n" + text + "\n"
        #expect(try TokenKeys(file: crowded.bytes).all.count == 2)
        #expect(try TokenKeys(file: text.bytes, algorithms: [.es256, .rs256]).all.count == 1)
        #expect(refusal { try TokenKeys(file: text.bytes, algorithms: [.es384, .hs256]) } == TokenKeyError.Kind.none)
    }

    @Test("PEM that is encrypted, cut off, of another curve or too short is refused with its reason")
    func badPEM() throws {
        #expect(refusal { try TokenKeys(file: SampleKeys.ecEncrypted.bytes) } == .malformed)
        #expect(refusal { try TokenKeys(file: SampleKeys.ecEncryptedOld.bytes) } == .malformed)
        #expect(refusal { try TokenKeys(file: SampleKeys.secp256k1.bytes) } == .malformed)
        #expect(refusal { try TokenKeys(file: SampleKeys.rsa1024.bytes) } == .tooShort)
        #expect(refusal { try TokenKeys(file: SampleKeys.ecPublic.bytes.dropLast(40)) } == .malformed)
        #expect(refusal { try TokenKeys(file: []) } == TokenKeyError.Kind.none)
        #expect(refusal { try TokenKeys(file: "secret".bytes) } == TokenKeyError.Kind.none)
        let garbled = SampleKeys.ecPublic.replacing("MFk", with: "AAA")
        #expect(refusal { try TokenKeys(file: garbled.bytes) } == .malformed)
    }

    @Test("A JWK is kept to what it says of its use")
    func use() throws {
        #expect(try load(point { _ in }).all.count == 1)
        #expect(try load(point { $0["use"] = "sig" }).all.count == 1)
        #expect(refusal { try load(point { $0["use"] = "enc" }) } == .unsuitable)
        #expect(refusal { try load(point { $0["use"] = 1 }) } == .malformed)
        #expect(try load(point { $0["key_ops"] = ["verify"] }).all.count == 1)
        #expect(refusal { try load(point { $0["key_ops"] = ["encrypt"] }) } == .unsuitable)
        #expect(refusal { try load(point { $0["key_ops"] = [] }) } == .unsuitable)
        #expect(refusal { try load(point { $0["key_ops"] = "verify" }) } == .malformed)
        #expect(refusal { try load(point { $0["key_ops"] = ["verify", 1] }) } == .malformed)
        // A key pair that may only verify does not sign.
        let pair = point { $0["d"] = Self.privateNumber }
        #expect(try load(pair).signing != nil)
        let verifyOnly = point {
            $0["d"] = Self.privateNumber
            $0["key_ops"] = ["verify"]
        }
        #expect(try load(verifyOnly).signing == nil)
    }

    @Test("A JWK is pinned to its alg, and refused where that is another kind's")
    func pinning() throws {
        #expect(try load(point { $0["alg"] = "ES256" }).all.map(\.algorithm) == [.es256])
        for name in ["ES384", "RS256", "HS256", "EdDSA", "ES256K", "none", "es256", ""] {
            #expect(refusal { try load(point { $0["alg"] = .string(name) }) } == .unsuitable)
        }
        #expect(refusal { try load(point { $0["alg"] = 1 }) } == .malformed)
        let secret = JSONValue.string(Base64URL.encode([UInt8](repeating: 1, count: 48).span))
        #expect(try load(["kty": "oct", "k": secret]).all.map(\.algorithm) == [.hs256, .hs384])
        #expect(try load(["kty": "oct", "k": secret, "alg": "HS384"]).all.map(\.algorithm) == [.hs384])
        #expect(refusal { try load(["kty": "oct", "k": secret, "alg": "HS512"]) } == .tooShort)
        #expect(refusal { try load(["kty": "oct", "k": "AAAA"]) } == .tooShort)
        #expect(refusal { try load(["kty": "oct", "k": ""]) } == .empty)
        #expect(refusal { try load(["kty": "oct", "k": secret, "alg": "RS256"]) } == .unsuitable)
        #expect(refusal { try load(["kty": "oct", "k": secret], [.rs256]) } == .unsuitable)
    }

    @Test("The numbers of a JWK have to make a key")
    func numbers() throws {
        #expect(refusal { try load(point { $0["x"] = nil }) } == .malformed)
        #expect(refusal { try load(point { $0["crv"] = nil }) } == .malformed)
        #expect(refusal { try load(point { $0["crv"] = "P-224" }) } == .unsuitable)
        #expect(refusal { try load(point { $0["crv"] = "P-384" }) } == .malformed)
        #expect(refusal { try load(point { $0["x"] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEQ" }) } == .malformed)
        #expect(refusal { try load(point { $0["x"] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=" }) } == .malformed)
        #expect(refusal { try load(point { $0["x"] = "AAAA" }) } == .malformed)
        // A private number that belongs to another point.
        let zeros = JSONValue.string(Base64URL.encode(([UInt8](repeating: 0, count: 31) + [1]).span))
        #expect(refusal { try load(point { $0["d"] = zeros }) } == .malformed)
        #expect(refusal { try load(["kty": "OKP", "crv": "Ed448", "x": "AAAA"]) } == .unsuitable)
        #expect(refusal { try load(["kty": "OKP", "crv": "Ed25519", "x": "AAAA"]) } == .malformed)
        #expect(refusal { try load(["kty": "oct-x"]) } == .unsuitable)
        #expect(refusal { try load([:]) } == .malformed)
        #expect(refusal { try load(["kty": 1]) } == .malformed)
    }

    @Test("RSA numbers are refused where the exponent is one, even or huge, or the modulus even or short")
    func rsaNumbers() throws {
        let good = try #require(try TokenKey.generate(.rs256).publicJWK)
        func changed(_ name: String, _ bytes: [UInt8]) -> JSONValue {
            var object = good
            object[name] = .string(Base64URL.encode(bytes.span))
            return .object(object)
        }
        #expect(try load(.object(good)).all.count == 1)
        let modulus = try #require(Base64URL.decode(good["n"]?.string ?? ""))
        for exponent in [[1], [2], [1, 0, 0], [0], [], [UInt8](repeating: 1, count: 9)] as [[UInt8]] {
            #expect(refusal { try load(changed("e", exponent)) } == .malformed)
        }
        #expect(try load(changed("e", [3])).all.count == 1)
        #expect(refusal { try load(changed("n", modulus.dropLast() + [modulus[255] & 0xfe])) } == .malformed)
        #expect(refusal { try load(changed("n", Array(modulus.dropLast()))) } == .tooShort)
        #expect(refusal { try load(changed("n", [UInt8](repeating: 0xff, count: 1025))) } == .malformed)
        #expect(refusal { try load(changed("n", [UInt8](repeating: 0xff, count: 5000))) } == .malformed)
    }

    @Test("A set gives the keys that can be used, passes over the others, and is refused without any")
    func sets() throws {
        let one = point { $0["kid"] = "a" }
        let two: JSONValue = ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]
        let unusable: [JSONValue] = [["kty": "RSA"], ["kty": "new"], point { $0["use"] = "enc" }]
        #expect(try load(["keys": .array([one, two] + unusable)]).all.map(\.algorithm) == [.es256, .edDSA])
        #expect(refusal { try load(["keys": .array(unusable)]) } == TokenKeyError.Kind.none)
        #expect(refusal { try load(["keys": []]) } == TokenKeyError.Kind.none)
        #expect(refusal { try load(["keys": "x"]) } == .malformed)
        #expect(refusal { try load(["keys": [one, 1]]) } == .malformed)
        #expect(refusal { try load(["keys": [one, one]]) } == .ambiguous)
        #expect(refusal { try load(["keys": .array(Array(repeating: two, count: 1001))]) } == .malformed)
        #expect(refusal { try TokenKeys(file: #"{"keys":[],"keys":[]}"#.bytes) } == .malformed)
        #expect(refusal { try TokenKeys(file: "{".bytes) } == .malformed)
    }

    @Test("No refusal holds any of the key")
    func silence() throws {
        let canary = "c2VjcmV0LWNhbmFyeS1zZWNyZXQ"
        for jwk in [
            ["kty": "oct", "k": .string(canary)], ["kty": "oct", "k": .string(canary + "!")],
            point { $0["d"] = .string(canary) },
        ] as [JSONValue] {
            let error = #expect(throws: TokenKeyError.self) { try load(jwk) }
            #expect(error.map { !"\($0)".contains(canary.prefix(12)) && !"\($0)".contains("secret-canary") } == true)
        }
    }
}
