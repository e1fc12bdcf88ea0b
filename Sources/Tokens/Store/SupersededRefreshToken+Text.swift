/// The superseded refresh tokens of a session as one text, the oldest first: how the durable stores keep them.
///
/// Each one is `LENGTH SP EXP SP GRACE SP IDENTIFIER`, without anything between two of them; LENGTH counts the
/// identifier's bytes, so that no identifier can be mistaken for two, and GRACE is `-` as long as there is none. The
/// Redis scripts read and write the same text.
extension SupersededRefreshToken {
    /// The text of a list.
    package static func text(_ tokens: [SupersededRefreshToken]) -> String {
        var text = ""
        for token in tokens {
            let grace = token.graceEndsAt.map { String($0) } ?? "-"
            text += "\(token.identifier.utf8.count) \(token.expiresAt) \(grace) \(token.identifier)"
        }
        return text
    }

    /// The list that a text describes; nil if it is not such a text.
    package static func list(from text: String) -> [SupersededRefreshToken]? {
        var tokens: [SupersededRefreshToken] = []
        var rest = text.utf8[...]
        while !rest.isEmpty {
            guard let length = word(&rest).flatMap({ Int($0) }), length >= 0,
                let expiresAt = word(&rest).flatMap({ Int64($0) }), let grace = word(&rest),
                length <= rest.count, let identifier = String(rest.prefix(length))
            else { return nil }
            rest = rest.dropFirst(length)
            let graceEndsAt = Int64(grace)
            guard grace == "-" || graceEndsAt != nil else { return nil }
            tokens.append(
                SupersededRefreshToken(identifier: identifier, expiresAt: expiresAt, graceEndsAt: graceEndsAt))
        }
        return tokens
    }

    private static func word(_ rest: inout Substring.UTF8View) -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: " ")), let word = String(rest[..<end]) else { return nil }
        rest = rest[rest.index(after: end)...]
        return word
    }
}
