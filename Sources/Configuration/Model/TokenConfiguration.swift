public import Tokens

/// The `tokens:` section.
public struct TokenConfiguration: Sendable {
    /// One key of the `keys:` list or its file, or the only one of `secret:`.
    public struct Key: Sendable {
        /// What the key is made of.
        public enum Material: Sendable {
            /// A secret, long enough for its algorithm.
            case secret([UInt8])
            /// A key that was read from PEM or a JWK.
            case key(TokenKey)
        }

        /// `kid`; nil for the single secret.
        public var identifier: String?
        /// The one algorithm that the key is pinned to, as JWS names it.
        public var algorithm: String
        /// What it is made of.
        public var material: Material
        /// Whether it may sign; the first key that may does, and each verifies.
        public var maySign: Bool

        /// A secret, which signs.
        public init(identifier: String?, algorithm: String, secret: [UInt8]) {
            self.identifier = identifier
            self.algorithm = algorithm
            material = .secret(secret)
            maySign = true
        }

        /// A key that was read from a file.
        public init(_ key: TokenKey) {
            identifier = key.identifier
            algorithm = key.algorithm.rawValue
            material = .key(key)
            maySign = key.canSign
        }

        /// The secret's bytes; nil for a key that was read from a file.
        public var secret: [UInt8]? {
            if case .secret(let bytes) = material { bytes } else { nil }
        }
    }

    /// How one signal of the client's binding is treated.
    public enum BindingMode: String, Sendable, CaseIterable {
        /// A difference refuses the token.
        case strict
        /// A difference is written to the audit log only.
        case log
        /// The signal is not looked at.
        case off
    }

    /// The keys; the first one signs, all others verify.
    public var keys: [Key] = []
    /// The file that all of the keys stand in (`keys: {file: PATH}`); nil where they stand by themselves.
    public var keyFile: String? = nil
    /// `iss` of our tokens.
    public var issuer: String? = nil
    /// `aud` of our tokens.
    public var audience: String? = nil
    /// Lifetime of access tokens, in seconds.
    public var accessTokenExpireSeconds: Int64 = 1800
    /// Lifetime of refresh tokens, in seconds.
    public var refreshTokenExpireSeconds: Int64 = 86400
    /// Lifetime of WebSocket tokens, in seconds.
    public var websocketTokenExpireSeconds: Int64 = 1800
    /// How long before its expiry an access token is refreshed; nil: 60, or half its lifetime where that is less.
    public var refreshAheadSeconds: Int64? = nil
    /// How long after its successor's first use an old refresh token gives that successor again.
    public var rotationGraceSeconds: Int64 = 30
    /// How long a session lives without being used; nil: as long as its refresh token.
    public var sessionIdleSeconds: Int64? = nil
    /// How long a session lives from its sign-in on; nil: as long as it is used.
    public var sessionAbsoluteSeconds: Int64? = nil
    /// How many sessions a user may have at once; nil: any number.
    public var maxSessionsPerUser: Int? = nil
    /// Tolerance between clocks, in seconds.
    public var leewaySeconds: Int64 = 5
    /// Binding to the client's address.
    public var addressBinding: BindingMode = .strict
    /// How many bits of an IPv4 address count.
    public var addressPrefixV4: Int = 32
    /// How many bits of an IPv6 address count.
    public var addressPrefixV6: Int = 128
    /// Binding to the User-Agent.
    public var userAgentBinding: BindingMode = .strict
    /// What of the User-Agent counts.
    public var userAgentForm: UserAgentForm = .exact

    /// The defaults.
    public init() {}

    /// How long before its expiry an access token is refreshed. With a limit on disuse each refresh is a sign of use, and
    /// one is due within a quarter of it: a session that is used lives, and one that is not ends in time.
    public var effectiveRefreshAheadSeconds: Int64 {
        let usual = refreshAheadSeconds ?? min(60, accessTokenExpireSeconds / 2)
        guard let idle = sessionIdleSeconds else { return usual }
        return max(usual, min(accessTokenExpireSeconds, idle) - max(idle / 4, 1))
    }
}
