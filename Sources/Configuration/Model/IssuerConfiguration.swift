public import Tokens

/// One entry of `issuers:`: somebody else whose access tokens are taken.
public struct IssuerConfiguration: Sendable {
    /// What is taken where the file names none.
    public static let usualAlgorithms: [SignatureAlgorithm] = [.rs256, .es256, .edDSA]

    /// Where the keys come from.
    public enum KeySource: Sendable {
        /// A file, read with the configuration.
        case file(TokenKeys)
        /// A server.
        case remote(RemoteKeys)
    }

    /// Keys that are fetched, and how.
    public struct RemoteKeys: Sendable, Hashable {
        /// What is asked first.
        public enum Origin: Sendable, Hashable {
            /// The key set itself.
            case keySet(KeyServerURL)
            /// The issuer's discovery document, which says where the key set is.
            case discovery(KeyServerURL)
        }

        /// What is asked first.
        public var origin: Origin
        /// A PEM file with the authorities that may have signed the server's certificate; nil: those of the system.
        public var authorities: String? = nil
        /// How often at most keys are fetched anew, in seconds, whatever the server says.
        public var refreshMinSeconds: Int64 = 300
        /// How often at least.
        public var refreshMaxSeconds: Int64 = 86_400
        /// How long a fetch may take as a whole, in seconds.
        public var timeoutSeconds: Double = 5
        /// How often at most a token with an unknown `kid` has the keys fetched, in seconds.
        public var unknownKeyIntervalSeconds: Double = 30

        /// Describes a server.
        public init(_ origin: Origin) { self.origin = origin }
    }

    /// Its name, exactly as it stands in `iss`.
    public var issuer: String
    /// The audiences of which a token has to name one.
    public var audiences: [String]
    /// The algorithms that are taken.
    public var algorithms: [SignatureAlgorithm] = usualAlgorithms
    /// Where the keys come from.
    public var keys: KeySource
    /// Which claims are seen under another name: the name, and the path of the claim that fills it.
    public var claims: [(name: String, source: String)] = []
    /// Which `typ` the header of a token has to have.
    public var headerType: ForeignIssuer.HeaderType = .any
    /// Whether a token needs our `type` claim.
    public var requiresType: Bool = false
    /// The longest life that a token may have, in seconds; nil for any.
    public var longestLifeSeconds: Int64?

    /// Describes an issuer.
    public init(issuer: String, audiences: [String], keys: KeySource) {
        self.issuer = issuer
        self.audiences = audiences
        self.keys = keys
    }
}
