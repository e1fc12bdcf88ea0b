/// The `tokens:` section.
public struct TokenConfiguration: Sendable {
    /// One key of the `keys:` list, or the only one of `secret:`.
    public struct Key: Sendable {
        /// `kid`; nil for the single secret.
        public var identifier: String?
        /// HS256, HS384 or HS512; the key is pinned to it.
        public var algorithm: String
        /// The secret's bytes.
        public var secret: [UInt8]

        /// Describes a key.
        public init(identifier: String?, algorithm: String, secret: [UInt8]) {
            self.identifier = identifier
            self.algorithm = algorithm
            self.secret = secret
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

    /// The keys; the first one signs.
    public var keys: [Key] = []
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

    /// The defaults.
    public init() {}

    /// `refresh_ahead_seconds` as it applies.
    public var effectiveRefreshAheadSeconds: Int64 {
        refreshAheadSeconds ?? min(60, accessTokenExpireSeconds / 2)
    }
}
