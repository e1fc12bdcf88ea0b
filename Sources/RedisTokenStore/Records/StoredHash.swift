internal import Tokens

/// The hash of a session as Redis has it: the fields of a record, where there is one, and a field for each of its tokens.
struct StoredHash {
    /// The session's name.
    var identifier: String
    /// The fields.
    var fields: [String: String]

    /// Whose session it is; nil if nobody is named.
    var subject: String? { fields["sub"] }

    /// Its tokens, also those whose time is over.
    ///
    /// - Throws: ``Tokens/TokenStoreError`` for a field that is not ours.
    func tokens() throws(TokenStoreError) -> [StoredToken] {
        var tokens: [StoredToken] = []
        for (name, value) in fields where name.hasPrefix("t:") {
            let parts = name.utf8.dropFirst(2).split(
                separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let type = String(parts[0]).flatMap({ TokenType(rawValue: $0) }),
                let name = String(parts[1]), let expiresAt = Int64(value)
            else { throw RedisStore.strangeReply }
            tokens.append(
                StoredToken(
                    reference: TokenReference(session: identifier, type: type, identifier: name),
                    expiresAt: expiresAt))
        }
        return tokens.sorted {
            ($0.reference.type.rawValue, $0.reference.identifier) < (
                $1.reference.type.rawValue, $1.reference.identifier
            )
        }
    }

    /// The session.
    ///
    /// - Throws: ``Tokens/TokenStoreError`` if it cannot be read.
    func session() throws(TokenStoreError) -> StoredSession {
        guard SessionRecord.isRecord(fields) else {
            return StoredSession(identifier: identifier, subject: subject, tokens: try tokens())
        }
        guard let record = SessionRecord(identifier, fields: fields) else { throw RedisStore.strangeReply }
        return StoredSession(identifier: identifier, record: record, tokens: try tokens())
    }
}
