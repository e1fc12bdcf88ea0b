import CryptoPrimitives
import Testing
import Tokens

struct HMACTests {
    @Test("HMAC gives the codes of RFC 4231, test case 2, also with one context used again and again")
    func knownAnswers() throws {
        let expected: [(DigestAlgorithm, String)] = [
            (.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                .sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
            ),
            (
                .sha512,
                """
                164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
                caeab1a34d4a6b4b636e070a38bce737
                """
            ),
        ]
        for (algorithm, code) in expected {
            let key = try HMACKey(secret: "Jefe".bytes.span, algorithm: algorithm)
            for _ in 0..<3 {
                let message = "what do ya want for nothing?".bytes
                #expect(key.authenticationCode(for: message.span).array == hex(code))
                #expect(key.accepts(hex(code), for: message))
                #expect(!key.accepts(hex(code).dropLast(), for: message))
                #expect(!key.accepts(hex(code), for: "what do ya want for nothing!".bytes))
            }
        }
    }

    @Test("An empty secret is no key")
    func emptySecret() {
        #expect(throws: CryptoError.keyRefused("the secret is empty")) {
            try HMACKey(secret: [UInt8]().span, algorithm: .sha256)
        }
    }

    @Test("A key serves many tasks at once with the right codes")
    func concurrency() async throws {
        let secret = Bench.secret
        let key = try HMACKey(secret: secret.span, algorithm: .sha256)
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<16 {
                group.addTask {
                    let message = [UInt8](repeating: UInt8(task), count: 100 + task)
                    let first = key.authenticationCode(for: message.span).array
                    return (0..<500).allSatisfy { _ in key.isValid(first.span, for: message.span) }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test("SHA-256 gives the digest of FIPS 180's example")
    func digest() {
        let digest = MessageDigest.digest("abc".bytes.span).array
        #expect(digest == hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
        #expect(MessageDigest.digest([UInt8]().span, .sha512).count == 64)
    }

    @Test("Comparison in constant time tells equal from different, whatever the length")
    func constantTime() {
        #expect(areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!areEqual([1, 2, 3], [1, 2]))
        #expect(areEqual([], []))
    }

    @Test("Random bytes are as many as asked for, and never the same")
    func random() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(Set((0..<100).map { _ in SecureRandom.bytes(16) }).count == 100)
    }
}
