/// A session as a line of an export. Claims are a text and no object: tokens are rebuilt from them byte for byte.
///
/// ```text
/// {"kind":"session","sid":…,"record":{"sub":…,"claims":"{…}","created_at":…,"last_seen_at":…,"client_address":…,
///   "user_agent":…,"gen":…,"access_jti":…,"refresh_jti":…,"issued_at":…,"access_expires_at":…,
///   "refresh_expires_at":…,"confirmed":…,"superseded":[{"jti":…,"expires_at":…,"grace_ends_at":…}]},
///   "tokens":[{"type":…,"jti":…,"expires_at":…}]}
/// ```
extension StoredSession {
    var json: JSONValue {
        var members: JSONObject = ["kind": "session", "sid": .string(identifier)]
        if let record { members["record"] = record.json }
        if let subject { members["sub"] = .string(subject) }
        members["tokens"] = .array(
            tokens.map {
                [
                    "type": .string($0.reference.type.rawValue), "jti": .string($0.reference.identifier),
                    "expires_at": .integer($0.expiresAt),
                ]
            })
        return .object(members)
    }

    init(_ members: TransferMembers) throws(StoreTransferError) {
        let identifier = try members.string("sid")
        self.init(
            identifier: identifier,
            record: try members.optionalMembers("record").map { record throws(StoreTransferError) in
                try SessionRecord(identifier, record)
            },
            subject: try members.optionalString("sub"),
            tokens: try members.list("tokens") { token throws(StoreTransferError) in
                guard let type = TokenType(rawValue: try token.string("type")) else { throw .member("type") }
                return StoredToken(
                    reference: TokenReference(
                        session: identifier, type: type, identifier: try token.string("jti")),
                    expiresAt: try token.integer("expires_at"))
            })
    }
}

extension SessionRecord {
    fileprivate var json: JSONValue {
        [
            "sub": .string(subject), "claims": .string(claims), "created_at": .integer(createdAt),
            "last_seen_at": .integer(lastSeenAt), "client_address": .string(clientAddress),
            "user_agent": userAgent.map { .string($0) } ?? .null, "gen": .integer(current.number),
            "access_jti": .string(current.accessIdentifier), "refresh_jti": .string(current.refreshIdentifier),
            "issued_at": .integer(current.issuedAt), "access_expires_at": .integer(current.accessExpiresAt),
            "refresh_expires_at": .integer(current.refreshExpiresAt), "confirmed": .boolean(isConfirmed),
            "superseded": .array(
                superseded.map {
                    [
                        "jti": .string($0.identifier), "expires_at": .integer($0.expiresAt),
                        "grace_ends_at": $0.graceEndsAt.map { .integer($0) } ?? .null,
                    ]
                }),
        ]
    }

    fileprivate init(_ identifier: String, _ members: TransferMembers) throws(StoreTransferError) {
        let claims = try members.string("claims")
        // They are written into tokens as they are.
        let value: JSONValue
        do throws(JSONError) { value = try JSONParser.parse(claims) } catch { throw .member("claims") }
        guard value.object != nil else { throw .member("claims") }
        self.init(
            identifier: identifier, subject: try members.string("sub"), claims: claims,
            createdAt: try members.integer("created_at"), lastSeenAt: try members.integer("last_seen_at"),
            clientAddress: try members.string("client_address"), userAgent: try members.optionalString("user_agent"),
            current: TokenGeneration(
                number: try members.integer("gen"), accessIdentifier: try members.string("access_jti"),
                refreshIdentifier: try members.string("refresh_jti"), issuedAt: try members.integer("issued_at"),
                accessExpiresAt: try members.integer("access_expires_at"),
                refreshExpiresAt: try members.integer("refresh_expires_at")),
            isConfirmed: try members.boolean("confirmed"),
            superseded: try members.list("superseded") { one throws(StoreTransferError) in
                SupersededRefreshToken(
                    identifier: try one.string("jti"), expiresAt: try one.integer("expires_at"),
                    graceEndsAt: try one.optionalInteger("grace_ends_at"))
            })
    }
}
