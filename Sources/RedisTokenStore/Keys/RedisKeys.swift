internal import Tokens

/// The names of our keys. A session's name is the hash tag of all of its keys, so that they lie in one slot of a
/// Redis Cluster and one script reaches them.
struct RedisKeys: Sendable, Equatable {
    /// What each key begins with, `jwt:` by default.
    let prefix: String

    /// The session: a hash with its record, and with a field for each of its tokens.
    ///
    /// In the tag, bytes other than letters, digits, `-`, `_`, `.` and `~` are percent-encoded: a session's name that
    /// holds a `}` would end the tag, and one that holds `}:access:` could pass for another session's token.
    func session(_ identifier: String) -> String { "\(prefix){\(Self.encoded(identifier))}" }

    /// A token of the allow-list.
    func token(_ token: TokenReference) -> String {
        "\(session(token.session)):\(token.type.rawValue):\(token.identifier)"
    }

    /// A user's sessions: a sorted set by their expiry.
    func user(_ subject: String) -> String { "\(prefix)user:\(subject)" }

    /// An entry of the deny-list, by its ``Tokens/DenialKey/storedName``: letters that mean nothing to Redis.
    func denial(_ name: String) -> String { "\(prefix)deny:\(name)" }

    /// The name of the entry that a key stands for; nil if it is none.
    func denial(ofKey key: String) -> String? {
        let start = "\(prefix)deny:"
        guard key.utf8.starts(with: start.utf8) else { return nil }
        return String(key.utf8.dropFirst(start.utf8.count))
    }

    /// A key that is written to see whether Redis takes writes.
    var probe: String { "\(prefix)ping" }

    /// A key like ``probe``, of which there is one in each slot of a cluster.
    func probe(_ number: Int) -> String { "\(prefix)ping:{\(number)}" }

    /// What the keys of all sessions and tokens begin with, and no user's.
    var sessions: String { "\(prefix){" }

    /// The token that a key stands for; nil if it is not a token's key.
    func token(ofKey key: String) -> TokenReference? {
        guard key.utf8.starts(with: sessions.utf8) else { return nil }
        let rest = key.utf8.dropFirst(sessions.utf8.count)
        guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let tail = rest[rest.index(after: end)...].split(
            separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        guard tail.count == 3, tail[0].isEmpty, let name = String(tail[1]), let type = TokenType(rawValue: name),
            let identifier = String(tail[2]), let session = Self.decoded(rest[..<end])
        else { return nil }
        return TokenReference(session: session, type: type, identifier: identifier)
    }

    /// The session whose hash a key is; nil if it is not a session's key.
    func session(ofKey key: String) -> String? {
        guard key.utf8.starts(with: sessions.utf8), key.utf8.last == UInt8(ascii: "}") else { return nil }
        let name = key.utf8.dropFirst(sessions.utf8.count).dropLast()
        guard let session = Self.decoded(name), self.session(session) == key else { return nil }
        return session
    }

    /// A pattern of `SCAN` that all sessions' keys match.
    var sessionPattern: String { "\(escapedPrefix){*}" }

    /// A pattern of `SCAN` that all tokens' keys match.
    var tokenPattern: String { "\(escapedPrefix){*}:*" }

    /// A pattern of `SCAN` that all entries of the deny-list match.
    var denialPattern: String { "\(escapedPrefix)deny:*" }

    /// The prefix with a backslash before each character that means something in a pattern.
    private var escapedPrefix: String {
        var text = ""
        for character in prefix {
            if "*?[]\\^".contains(character) { text.append("\\") }
            text.append(character)
        }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func encoded(_ text: String) -> String {
        guard !text.utf8.allSatisfy(isPlain) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decoded(_ text: Substring.UTF8View) -> String? {
        PercentEncoding.decoded(text)
    }
}
