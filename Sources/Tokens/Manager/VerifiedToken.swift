/// A token whose signature, type, issuer, audience and binding were found good; immutable, and usable from any thread.
public final class VerifiedToken: Sendable {
    /// What it is for.
    public let type: TokenType
    /// The user (`sub`); nil where the token names none.
    public let subject: String?
    /// The session (`sid`); empty for a token of a foreign issuer, which has no session of ours.
    public let session: String
    /// The token's name (`jti`); empty for a foreign one that has none.
    public let identifier: String
    /// The generation in its session (`gen`); nil for a token that stands for itself.
    public let generation: Int64?
    /// `iat`, in seconds since the epoch; 0 where the token has none.
    public let issuedAt: Int64
    /// `exp`, in seconds since the epoch.
    public let expiresAt: Int64
    /// The whole payload, an object.
    public let claims: JSONValue
    /// Which signals of the client differ, where the binding's mode is `log`: what `strict` would have refused.
    public let bindingNotice: BindingMismatch?
    /// What it is known by where somebody else has issued it; nil for a token of ours.
    public let foreign: ForeignToken?

    init(
        type: TokenType, subject: String?, session: String, identifier: String, generation: Int64?, issuedAt: Int64,
        expiresAt: Int64, claims: JSONValue, bindingNotice: BindingMismatch?
    ) {
        self.type = type
        self.subject = subject
        self.session = session
        self.identifier = identifier
        self.generation = generation
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.claims = claims
        self.bindingNotice = bindingNotice
        foreign = nil
    }

    /// A token of somebody else.
    init(foreign: ForeignToken, type: TokenType, expiresAt: Int64, claims: JSONValue) {
        self.type = type
        subject = foreign.subject
        session = ""
        identifier = foreign.identifier ?? ""
        generation = nil
        issuedAt = foreign.issuedAt ?? 0
        self.expiresAt = expiresAt
        self.claims = claims
        bindingNotice = nil
        self.foreign = foreign
    }

    /// Its name in the store; that of no token where it is a foreign one.
    public var reference: TokenReference { TokenReference(session: session, type: type, identifier: identifier) }
}
