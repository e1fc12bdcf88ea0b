import SallyportConfiguration
import Testing
import Tokens

@Suite("Signing keys of a configuration")
struct KeyListTests {
    private static let pem = "/etc/sallyport/es256.pem"

    private func file(_ tokens: String, _ files: [String: [UInt8]] = [:]) -> SampleFile {
        var file = SampleFile(SampleFile.base + "tokens: " + tokens)
        for (name, bytes) in files { file.files["/etc/sallyport/" + name] = .init(bytes: bytes) }
        return file
    }

    private func key(_ algorithm: SignatureAlgorithm) throws -> (pem: [UInt8], jwk: [UInt8], publicPEM: [UInt8]) {
        let key = try TokenKey.generate(algorithm, identifier: "own")
        return (
            try #require(key.privatePEM), JSONWriter.bytes(.object(try #require(key.privateJWK))),
            try #require(key.publicPEM)
        )
    }

    @Test("Keys come from PEM and JWK, by file and variable; the active one signs, the others verify")
    func list() throws {
        let (es, rsa, ed) = (try key(.es256), try key(.ps256), try key(.edDSA))
        var sample = file(
            """

              keys:
                - {kid: a, key: {file: es.pem}}
                - {kid: b, key: {file: rsa.pem}, algorithm: PS256}
                - {key: {env: ED}, active: true}
                - {kid: old, secret: {env: JWT_SECRET_KEY}}
            """, ["es.pem": es.pem, "rsa.pem": rsa.pem])
        sample.environment["ED"] = String(decoding: ed.jwk, as: UTF8.self)
        let keys = try sample.load().configuration.tokens.keys
        #expect(keys.map(\.identifier) == ["own", "a", "b", "old"])
        #expect(keys.map(\.algorithm) == ["EdDSA", "ES256", "PS256", "HS256"])
        #expect(keys.map(\.maySign) == [true, false, false, false])
        #expect(keys.map { $0.secret == nil } == [true, true, true, false])
    }

    @Test("Without an active key the first one that can sign does")
    func first() throws {
        let es = try key(.es256)
        let keys = try file(
            "{binding: {address: off, user_agent: off}, keys: [{kid: a, key: {file: a}}, {kid: b, key: {file: b}}]}",
            ["a": es.publicPEM, "b": es.pem]
        ).load().configuration.tokens.keys
        #expect(keys.map(\.identifier) == ["b", "a"])
        #expect(keys.map(\.maySign) == [true, false])
    }

    @Test("A set in a file gives its keys, the one that signs first")
    func set() throws {
        var set = try SigningKeySet(.es384, identifier: "one", now: 0)
        _ = try set.rotate(.hs256, identifier: "two", lifetime: 1000, now: 0)
        let tokens = try file("{keys: {file: keys.json}}", ["keys.json": set.json]).load().configuration.tokens
        #expect(tokens.keys.map(\.identifier) == ["two", "one"])
        #expect(tokens.keys.map(\.maySign) == [true, false])
        #expect(tokens.keyFile == "/etc/sallyport/keys.json")
    }

    @Test("Keys of signed statements go with the configuration that holds them: a reload leaves none behind")
    func release() throws {
        weak var kept: TokenKey?
        do {
            let set = try SigningKeySet(.es256, identifier: "one", now: 0)
            var sample = SampleFile(SampleFile.base + "assertions: {keys: {file: keys.json}}")
            sample.files["/etc/sallyport/keys.json"] = .init(bytes: set.json)
            let loaded = try sample.load().configuration
            guard case .key(let key) = loaded.assertionKeys.first?.material else {
                return #expect(Bool(false), "no key of the file")
            }
            kept = key
            #expect(kept != nil)
            withExtendedLifetime(loaded) {}
        }
        #expect(kept == nil)
    }

    @Test("A key file that everybody may read is warned of")
    func permissions() throws {
        var sample = file("{keys: {file: keys.json}}")
        let set = try SigningKeySet(.hs256, identifier: "one", now: 0)
        sample.files["/etc/sallyport/keys.json"] = .init(bytes: set.json, permissions: 0o644)
        #expect(try sample.load().warnings.count == 1)
    }

    @Test("JWT_ALGORITHM says what a key is for that could be for several, and leaves the others alone")
    func environment() throws {
        let (rsa, es) = (try key(.rs256), try key(.es256))
        var sample = file(
            "{keys: [{kid: a, key: {file: rsa}}, {kid: b, key: {file: es}}]}", ["rsa": rsa.pem, "es": es.pem])
        #expect(
            sample.problems() == [
                "4:26: tokens.keys[0].key: cannot be used: the key may be for RS256, RS384, RS512, PS256, PS384, PS512: say for which one"
            ])
        sample.environment["JWT_ALGORITHM"] = "PS512"
        #expect(try sample.load().configuration.tokens.keys.map(\.algorithm) == ["PS512", "ES256"])
    }

    @Test("Each mistake is told with its place, and with the key")
    func problems() throws {
        let (es, other, rsa) = (try key(.es256), try key(.es256), try key(.rs256))
        let files = [
            "es": es.pem, "other": other.pem, "rsa": rsa.pem, "public": es.publicPEM, "jwk": es.jwk,
            "short": SampleKey.rsa1024, "two": es.pem + other.pem, "broken": Array(es.pem.dropLast(40)),
            "set": try SigningKeySet(.hs256, identifier: "one", now: 0).json,
        ]
        for (tokens, problem) in Self.mistakes {
            #expect(file(tokens, files).problems() == [problem], "\(tokens)")
        }
    }

    private static let mistakes = [
        (
            "{algorithm: RS256}",
            "4:1: tokens.algorithm: is RS256, which signs with a key pair: write keys: [{kid: NAME, key: {file: PATH}}] in place of a secret"
        ),
        (
            "{keys: [{kid: a, key: {file: short}, algorithm: RS256}]}",
            "4:26: tokens.keys[0].key: cannot be used: the RSA key has 1024 bits; at least 2048 are needed (RFC 7518 §3.3)"
        ),
        (
            "{keys: [{kid: a, key: {file: broken}}]}",
            "4:26: tokens.keys[0].key: cannot be used: a PEM block does not end"
        ),
        (
            "{keys: [{kid: a, key: {file: two}}]}",
            "4:26: tokens.keys[0].key: cannot be used: the file holds more than one key"
        ),
        (
            "{keys: [{kid: a, key: {file: es}, algorithm: RS256}]}",
            "4:26: tokens.keys[0].key: cannot be used: the key is not one for RS256, but for ES256"
        ),
        (
            "{keys: [{kid: a, key: {file: jwk}}]}",
            "4:26: tokens.keys[0].key: cannot be used: the key has another kid of its own"
        ),
        (
            "{keys: [{key: {file: es}}]}",
            "4:17: tokens.keys[0].kid: is missing: write a name that tells this key from the others"
        ),
        (
            "{keys: [{kid: own, key: {file: other}}, {key: {file: jwk}}]}",
            "4:50: tokens.keys[1].key: is “own”, as in line 4: each key needs a kid of its own"
        ),
        (
            "{keys: [{kid: a, key: {file: es}, active: true}, {kid: b, key: {file: other}, active: true}]}",
            "4:58: tokens.keys[1].active: is true, as in line 4: one key signs, and the others verify"
        ),
        (
            "{keys: [{kid: a, key: {file: public}, active: true}, {kid: b, key: {file: other}}]}",
            "4:26: tokens.keys[0].key: is to sign, and cannot: it has no private part, or its key_ops lacks sign"
        ),
        (
            "{keys: [{kid: a, key: {file: es}, secret: {env: JWT_SECRET_KEY}}]}",
            "4:43: tokens.keys[0].secret: stands beside key: keep one of the two"
        ),
        (
            "{keys: [{kid: a, secret: {env: JWT_SECRET_KEY}, algorithm: ES256}]}",
            "4:17: tokens.keys[0]: cannot be used: ES256 takes no secret: it needs a key pair"
        ),
        (
            "{keys: [{kid: a, key: {file: es}}, {kid: b, key: {file: public}}]}",
            "4:10: tokens.keys: holds the key “b” without its private part, which cannot check the binding of its tokens: give the private key, or set both of tokens.binding to off"
        ),
        (
            "{binding: {address: off, user_agent: off}, keys: [{kid: b, key: {file: public}}]}",
            "4:52: tokens.keys: holds no key that can sign: give one of them with its private part"
        ),
        ("{keys: {}}", "4:10: tokens.keys.file: is missing: write the path of a JWK set, or a list of keys"),
        (
            "{keys: {file: es}}",
            "4:23: tokens.keys.file: names /etc/sallyport/es, which cannot be used: the keys are not JSON as we take it: not a number (byte 1)"
        ),
        (
            "{keys: {file: jwk}}",
            "4:23: tokens.keys.file: names /etc/sallyport/jwk, which cannot be used: the file is no JWK set: an object with a list of keys"
        ),
        (
            "{keys: {file: set}, secret: {env: JWT_SECRET_KEY}}",
            "4:29: tokens.secret: stands beside keys: keep one of the two"
        ),
    ]
}

/// A key that is too short, made for these tests only.
enum SampleKey {
    static let rsa1024 = Array(
        """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDGHMu0f8eGhBrdiPp7czbVDSpo
        /bdW4HVPQo3DtQYoJrXssFu06bQIxop4V52ks73N4cvdUHrfWuMu4zfXRbqIeoBz
        ZlqJjrZdz6kKHubrwyC8eVwsj+KRu4Gmfcx4FqewZJ4DA0S/SU9Rihp/8+YlzIuF
        wucvrryxNbDvMSDb0wIDAQAB
        -----END PUBLIC KEY-----
        """.utf8)
}
