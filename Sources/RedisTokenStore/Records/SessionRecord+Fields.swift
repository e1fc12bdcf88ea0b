internal import Tokens

/// A session's record as the fields of a Redis hash. The scripts know these names.
extension SessionRecord {
    /// Its fields and values in turn. Without a User-Agent there is no field for it: that is not an empty one.
    var fields: [String] {
        var fields = [
            "sub", subject, "claims", claims, "created", String(createdAt), "seen", String(lastSeenAt),
            "addr", clientAddress, "gen", String(current.number), "acc", current.accessIdentifier,
            "ref", current.refreshIdentifier, "iat", String(current.issuedAt),
            "aexp", String(current.accessExpiresAt), "rexp", String(current.refreshExpiresAt),
            "conf", isConfirmed ? "1" : "0", "sup", SupersededRefreshToken.text(superseded),
        ]
        if let userAgent { fields += ["agent", userAgent] }
        return fields
    }

    /// The record out of a hash; nil if one of its fields is missing or cannot be read. A hash that holds only tokens
    /// is told apart before, by ``isRecord(_:)``.
    init?(_ identifier: String, fields: [String: String]) {
        func integer(_ name: String) -> Int64? { fields[name].flatMap { Int64($0) } }
        guard let subject = fields["sub"], let claims = fields["claims"], let createdAt = integer("created"),
            let lastSeenAt = integer("seen"), let clientAddress = fields["addr"], let number = integer("gen"),
            let access = fields["acc"], let refresh = fields["ref"], let issuedAt = integer("iat"),
            let accessExpiresAt = integer("aexp"), let refreshExpiresAt = integer("rexp"),
            let confirmed = fields["conf"], confirmed == "0" || confirmed == "1",
            let superseded = fields["sup"].flatMap({ SupersededRefreshToken.list(from: $0) })
        else { return nil }
        self.init(
            identifier: identifier, subject: subject, claims: claims, createdAt: createdAt, lastSeenAt: lastSeenAt,
            clientAddress: clientAddress, userAgent: fields["agent"],
            current: TokenGeneration(
                number: number, accessIdentifier: access, refreshIdentifier: refresh, issuedAt: issuedAt,
                accessExpiresAt: accessExpiresAt, refreshExpiresAt: refreshExpiresAt),
            isConfirmed: confirmed == "1", superseded: superseded)
    }

    /// Whether a hash holds a session's record, and not only tokens that stand for themselves.
    static func isRecord(_ fields: [String: String]) -> Bool { fields["aexp"] != nil }
}
