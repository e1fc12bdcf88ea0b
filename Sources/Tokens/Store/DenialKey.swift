internal import CryptoPrimitives

/// What a denial is about: one token of a foreign issuer, all tokens of one of its users, or all of one of its sessions.
public struct DenialKey: Sendable, Hashable {
    /// What is named.
    public enum Kind: String, Sendable, CaseIterable {
        /// One token, by its `jti`.
        case token
        /// A user, by `sub`.
        case subject
        /// A session of the issuer, by `sid`.
        case session
    }

    /// What is named.
    public let kind: Kind
    /// The issuer (`iss`).
    public let issuer: String
    /// The name, which means something only together with the issuer.
    public let name: String

    /// Names something.
    public init(_ kind: Kind, issuer: String, name: String) {
        self.kind = kind
        self.issuer = issuer
        self.name = name
    }

    /// The name that stores keep it under: 43 letters, whatever it is about. A digest of the three parts, each behind its
    /// length, so that no bytes can move from one to the next; stores hold no names of foreign users.
    public var storedName: String {
        var message: [UInt8] = []
        for part in [kind.rawValue, issuer, name] {
            message += Array("\(part.utf8.count):".utf8)
            message += Array(part.utf8)
        }
        let digest = MessageDigest.digest(message.span).array
        return Base64URL.encode(digest.span)
    }
}
