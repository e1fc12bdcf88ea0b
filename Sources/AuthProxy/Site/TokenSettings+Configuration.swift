public import SallyportConfiguration
public import Tokens

extension TokenSettings {
    /// The settings that a configuration asks for.
    public init(_ configuration: TokenConfiguration) {
        self.init(
            issuer: configuration.issuer, audience: configuration.audience,
            accessTokenExpireSeconds: configuration.accessTokenExpireSeconds,
            refreshTokenExpireSeconds: configuration.refreshTokenExpireSeconds,
            websocketTokenExpireSeconds: configuration.websocketTokenExpireSeconds,
            leewaySeconds: configuration.leewaySeconds, rotationGraceSeconds: configuration.rotationGraceSeconds,
            sessionIdleSeconds: configuration.sessionIdleSeconds,
            sessionAbsoluteSeconds: configuration.sessionAbsoluteSeconds,
            maximumSessionsPerUser: configuration.maxSessionsPerUser,
            binding: BindingRules(
                address: BindingMode(configuration.addressBinding), addressPrefixV4: configuration.addressPrefixV4,
                addressPrefixV6: configuration.addressPrefixV6, userAgent: BindingMode(configuration.userAgentBinding),
                userAgentForm: configuration.userAgentForm))
    }
}

extension ForeignIssuer {
    /// The issuer that a configuration names.
    ///
    /// - Parameter keys: its keys where they are fetched by somebody; without them there are none but those of a file.
    public init(_ configuration: IssuerConfiguration, _ tokens: TokenConfiguration, keys fetched: IssuerKeys? = nil) {
        let keys: IssuerKeys
        switch configuration.keys {
        case .file(let set): keys = IssuerKeys(set)
        case .remote: keys = fetched ?? IssuerKeys()
        }
        self.init(
            configuration.issuer, audiences: configuration.audiences, algorithms: Set(configuration.algorithms),
            keys: keys,
            claims: configuration.claims.map { ($0.name, ClaimPath($0.source)) }, headerType: configuration.headerType,
            requiresType: configuration.requiresType,
            longestLifeSeconds: configuration.longestLifeSeconds, leewaySeconds: tokens.leewaySeconds)
    }
}

extension BindingMode {
    /// The same mode in the library's words.
    init(_ mode: TokenConfiguration.BindingMode) {
        switch mode {
        case .strict: self = .strict
        case .log: self = .log
        case .off: self = .off
        }
    }
}

extension TokenKeys {
    /// The keys that a configuration names; the first one signs.
    public init(_ configuration: TokenConfiguration) throws {
        try self.init(configuration.keys)
    }

    /// Keys of a configuration.
    init(_ keys: [TokenConfiguration.Key]) throws {
        try self.init(
            keys.map { key in
                switch key.material {
                case .key(let read):
                    return TokenKey(
                        read, identifier: key.identifier, maySign: key.maySign, expiresAt: read.expiresAt)
                case .secret(let secret):
                    guard let algorithm = SignatureAlgorithm(rawValue: key.algorithm) else {
                        throw SiteError("there is no signature algorithm \(key.algorithm)")
                    }
                    let made = try TokenKey(secret: secret, algorithm: algorithm, identifier: key.identifier)
                    return TokenKey(made, identifier: key.identifier, maySign: key.maySign)
                }
            })
    }
}
