public import Configuration
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
            binding: BindingRules(
                address: BindingMode(configuration.addressBinding), addressPrefixV4: configuration.addressPrefixV4,
                addressPrefixV6: configuration.addressPrefixV6, userAgent: BindingMode(configuration.userAgentBinding)))
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
        try self.init(
            configuration.keys.map { key in
                guard let algorithm = SignatureAlgorithm(rawValue: key.algorithm) else {
                    throw SiteError("there is no signature algorithm \(key.algorithm)")
                }
                return try TokenKey(secret: key.secret, algorithm: algorithm, identifier: key.identifier)
            })
    }
}
