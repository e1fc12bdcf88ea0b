/// What a token that we did not issue is known by. It is on no allow-list: what is asked about it is whether it was denied.
public struct ForeignToken: Sendable, Hashable {
    /// The issuer (`iss`).
    public let issuer: String
    /// The issuer's place among those of the manager, from 0.
    public let issuerNumber: Int
    /// The user, as the issuer's claim mapping names it; nil where the token names none.
    public let subject: String?
    /// The issuer's session (`sid`); nil where the token names none. It is no session of ours, whatever it is called.
    public let session: String?
    /// `jti`; nil where the token has none.
    public let identifier: String?
    /// `iat`, in seconds since the epoch; nil where the token has none.
    public let issuedAt: Int64?
    /// What entries of a deny-list could be about it: the token itself, its user and its session, where it names them.
    public let denialKeys: [DenialKey]
    /// The same as stores name them.
    package let denialNames: [String]

    /// A token.
    ///
    /// - Parameters:
    ///   - issuer: `iss`.
    ///   - issuerNumber: the issuer's place in the list that judged it.
    ///   - subject: `sub`.
    ///   - session: `sid`.
    ///   - identifier: `jti`.
    ///   - issuedAt: `iat`.
    ///   - digest: what stands for the `jti` of a token that has none.
    public init(
        issuer: String, issuerNumber: Int = 0, subject: String?, session: String?, identifier: String?,
        issuedAt: Int64?,
        digest: @autoclosure () -> String? = nil
    ) {
        self.issuer = issuer
        self.issuerNumber = issuerNumber
        self.subject = subject
        self.session = session
        self.identifier = identifier
        self.issuedAt = issuedAt
        var keys: [DenialKey] = []
        if let name = identifier ?? digest() { keys.append(DenialKey(.token, issuer: issuer, name: name)) }
        if let subject { keys.append(DenialKey(.subject, issuer: issuer, name: subject)) }
        if let session { keys.append(DenialKey(.session, issuer: issuer, name: session)) }
        denialKeys = keys
        denialNames = keys.map(\.storedName)
    }

    /// Whether an entry that is about one of its keys denies it.
    package func isDenied(issuedUntil: Int64) -> Bool { (issuedAt ?? .min) <= issuedUntil }
}
