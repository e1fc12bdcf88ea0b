internal import SallyportConfiguration
internal import HTTPWire
internal import Tokens

/// Writes the signed statement that an application gets with a request: that it came through us, for whom, and who sent
/// it. A JWT of a minute, bound to audience, method and path, so that it is good for nothing else.
///
/// The claims are `iss` (where tokens have one), `aud`, `iat`, `exp`, `jti`, `method`, `path` (as the application gets it,
/// without query), and with an identity `sub`, `sid` and `claims`: what the route's identity headers tell, by the names of
/// the claims, as JSON. `typ` in its header says what it is. It is made for each request, since no two need be the same. Immutable, shared by all loops.
final class AssertionWriter: Sendable {
    /// How long a statement is good, in seconds.
    static let lifetimeSeconds: Int64 = 60
    /// What the header says that it is.
    static let type = "sallyport-assertion+jwt"

    /// The field.
    let header: String
    private let signer: PayloadSigner
    private let audience: String
    private let issuer: String?
    private let claims: [ClaimPath]

    init(
        _ configuration: RouteAssertion, identity claims: [String], issuer: String?, keys: TokenKeys?, route: String
    ) throws(SiteError) {
        guard let key = keys?.signing, let signer = PayloadSigner(key, type: Self.type) else {
            throw SiteError("route \(route): there is no key to sign assertions with")
        }
        header = configuration.header
        audience = configuration.audience
        self.signer = signer
        self.issuer = issuer
        self.claims = claims.map { ClaimPath($0) }
    }

    /// The field's line; nil if it cannot be signed.
    ///
    /// - Parameters:
    ///   - path: as the application gets it.
    ///   - token: the identity; nil for a stranger.
    ///   - identifier: a name that no other statement has.
    func line(method: String, path: String, token: VerifiedToken?, identifier: String, now: Int64) -> [UInt8]? {
        var payload = JSONObject()
        payload["iss"] = issuer.map { .string($0) }
        payload["aud"] = .string(audience)
        payload["iat"] = .integer(now)
        payload["exp"] = .integer(now + Self.lifetimeSeconds)
        payload["jti"] = .string(identifier)
        payload["method"] = .string(method)
        payload["path"] = .string(path)
        if let token {
            payload["sub"] = token.subject.map { .string($0) }
            payload["sid"] = token.sessionName.map { .string($0) }
            var told = JSONObject()
            for claim in claims { told[claim.text] = claim.value(in: token.claims) }
            payload["claims"] = .object(told)
        }
        guard let signed = signer.sign(JSONWriter.bytes(.object(payload))) else { return nil }
        return Array("\(header): ".utf8) + signed + Array("\r\n".utf8)
    }
}
