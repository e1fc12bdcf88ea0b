/// An entry of the deny-list as stores hold it: under the digest that ``DenialKey/storedName`` gives, which leads to no name.
/// It is what goes from one store into another.
package struct DenialEntry: Sendable, Equatable {
    /// The ``DenialKey/storedName``.
    package var name: String
    /// Tokens whose `iat` is not after this are denied, in seconds since the epoch.
    package var issuedUntil: Int64
    /// When the entry may be forgotten, in seconds since the epoch.
    package var expiresAt: Int64

    /// An entry.
    package init(name: String, issuedUntil: Int64, expiresAt: Int64) {
        self.name = name
        self.issuedUntil = issuedUntil
        self.expiresAt = expiresAt
    }

    /// As a store is told by ``TokenStore/deny(_:now:)``.
    package init(_ denial: TokenDenial) {
        self.init(name: denial.key.storedName, issuedUntil: denial.issuedUntil, expiresAt: denial.expiresAt)
    }

    /// Whether the name is one that a key could have given: anything else would never be asked for.
    package static func isName(_ text: String) -> Bool { text.utf8.count == 43 && Base64URL.decode(text)?.count == 32 }
}

/// An entry as a line of an export: `{"kind":"denial","name":…,"issued_until":…,"expires_at":…}`.
extension DenialEntry {
    var json: JSONValue {
        [
            "kind": "denial", "name": .string(name), "issued_until": .integer(issuedUntil),
            "expires_at": .integer(expiresAt),
        ]
    }

    init(_ members: TransferMembers) throws(StoreTransferError) {
        self.init(
            name: try members.string("name"), issuedUntil: try Self.date("issued_until", members),
            expiresAt: try Self.date("expires_at", members))
        guard Self.isName(name) else { throw .member("name") }
    }

    private static func date(_ name: String, _ members: TransferMembers) throws(StoreTransferError) -> Int64 {
        let value = try members.integer(name)
        guard 0...NumericDate.latest ~= value else { throw .member(name) }
        return value
    }
}
