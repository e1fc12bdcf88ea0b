/// Somebody else whose access tokens are taken: who it is, which tokens of it are for us, and by which keys they are judged.
///
/// The rules are those of RFC 9068 §4 and RFC 8725: the issuer's name and one of the audiences have to be in the token, the
/// algorithm has to be an allowed one and the key's own, `exp` has to be there. A token that is good but no access token (an
/// ID token, a logout token, a refresh token) is refused with ``TokenError/type(expected:found:)``, and one that is bound to
/// a key of its bearer (`cnf`, RFC 7800) with ``TokenError/binding``: nobody asks here for the proof.
///
/// ```swift
/// let issuer = ForeignIssuer(
///     "https://issuer.example", audiences: ["api://shop"], algorithms: [.rs256],
///     keys: IssuerKeys(try TokenKeys(json: jwks, algorithms: [.rs256])))
/// let manager = JWTManager(keys: ownKeys, store: store, issuers: [issuer])
/// let token = try await manager.verifyToken(bearer, expecting: .access, client: client)
/// ```
public struct ForeignIssuer: Sendable {
    /// Which `typ` the header of a token has to have.
    public enum HeaderType: String, Sendable, CaseIterable {
        /// `JWT`, `at+jwt`, or none.
        case any
        /// `at+jwt` only (RFC 9068 §2.1).
        case accessToken = "at+jwt"
    }

    /// Its name, exactly as it stands in `iss`.
    public var identifier: String
    /// The audiences of which a token has to name one.
    public var audiences: [String]
    /// The algorithms that are taken; symmetric ones never are, since whoever verifies could sign.
    public var algorithms: Set<SignatureAlgorithm>
    /// The keys.
    public var keys: IssuerKeys
    /// Which claims are seen under another name: the name, and where the value comes from. A claim whose source is missing
    /// is missing too, whatever stood there before.
    public var claims: [(name: String, source: ClaimPath)]
    /// Which `typ` is asked for.
    public var headerType: HeaderType
    /// Whether a token needs our `type` claim. Where it is not needed, a token without one is an access token; one that has
    /// it is what it says.
    public var requiresType: Bool
    /// The longest life that a token may have, from `iat` to `exp`, in seconds; nil for any. With it a token needs an `iat`, and
    /// a user's or a session's tokens are denied for no longer than that: none of them is alive then.
    public var longestLifeSeconds: Int64?
    /// How far `nbf` and `iat` may lie ahead of our clock, in seconds; an expiry has no leeway.
    public var leewaySeconds: Int64

    /// Describes an issuer.
    public init(
        _ identifier: String, audiences: [String], algorithms: Set<SignatureAlgorithm>, keys: IssuerKeys,
        claims: [(name: String, source: ClaimPath)] = [], headerType: HeaderType = .any, requiresType: Bool = false,
        longestLifeSeconds: Int64? = nil, leewaySeconds: Int64 = 5
    ) {
        self.identifier = identifier
        self.audiences = audiences
        self.algorithms = algorithms.filter { !$0.isSymmetric }
        self.keys = keys
        self.claims = claims
        self.headerType = headerType
        self.requiresType = requiresType
        self.longestLifeSeconds = longestLifeSeconds.map { max($0, 1) }
        self.leewaySeconds = min(max(leewaySeconds, 0), 86_400)
    }

    /// Whether a claim may be filled from another one: those that decide about a token itself may not, except for the user.
    public static func mayFill(_ claim: String) -> Bool { claim == "sub" || !ReservedClaims.names.contains(claim) }
}
