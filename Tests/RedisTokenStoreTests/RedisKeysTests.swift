import Testing
import Tokens

@testable import RedisTokenStore

struct RedisKeysTests {
    private let keys = RedisKeys(prefix: "jwt:")

    @Test("Keys have the names that are documented")
    func names() {
        let token = TokenReference(session: "S-1_x", type: .access, identifier: "J")
        #expect(keys.session("S-1_x") == "jwt:{S-1_x}")
        #expect(keys.token(token) == "jwt:{S-1_x}:access:J")
        #expect(keys.user("alice") == "jwt:user:alice")
    }

    @Test(
        "A token's name is found in its key again, and no two tokens have the same key",
        arguments: [("s", "j"), ("a}:access:x", "y"), ("a", "x}:access:y"), ("%7D", ""), ("ä {}", ":refresh:")])
    func roundTrip(_ session: String, _ identifier: String) {
        for type in TokenType.allCases {
            let token = TokenReference(session: session, type: type, identifier: identifier)
            #expect(keys.token(ofKey: keys.token(token)) == token)
        }
        #expect(!keys.session(session).dropFirst(5).dropLast().contains { "{}: ".contains($0) })
    }

    @Test(
        "Other keys are no token's",
        arguments: [
            "jwt:{s}", "jwt:user:alice", "jwt:{s}:access", "jwt:{s}:other:j", "jwt:{s:access:j", "other:{s}:access:j",
            "jwt:{s}x:access:j", "jwt:{%zz}:access:j", "",
        ])
    func others(_ key: String) { #expect(keys.token(ofKey: key) == nil) }
}
