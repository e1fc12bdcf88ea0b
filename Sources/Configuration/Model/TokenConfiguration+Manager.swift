public import Tokens

extension TokenConfiguration {
    /// The keys as a manager takes them; the first one signs.
    ///
    /// - Throws: ``Tokens/TokenKeyError`` for a configuration that no loader has seen.
    public func tokenKeys() throws(TokenKeyError) -> TokenKeys {
        var made: [TokenKey] = []
        for key in keys {
            guard let algorithm = SignatureAlgorithm(rawValue: key.algorithm) else {
                throw TokenKeyError(.unsuitable, "\(key.algorithm) is not known")
            }
            made.append(try TokenKey(secret: key.secret, algorithm: algorithm, identifier: key.identifier))
        }
        return try TokenKeys(made)
    }

    /// Lifetimes, names and bindings as a manager takes them.
    public var tokenSettings: TokenSettings {
        TokenSettings(
            issuer: issuer, audience: audience, accessTokenExpireSeconds: accessTokenExpireSeconds,
            refreshTokenExpireSeconds: refreshTokenExpireSeconds,
            websocketTokenExpireSeconds: websocketTokenExpireSeconds, leewaySeconds: leewaySeconds,
            rotationGraceSeconds: rotationGraceSeconds,
            binding: BindingRules(
                address: addressBinding.mode, addressPrefixV4: addressPrefixV4, addressPrefixV6: addressPrefixV6,
                userAgent: userAgentBinding.mode))
    }
}

extension TokenConfiguration.BindingMode {
    /// The same word of the library.
    fileprivate var mode: Tokens.BindingMode {
        switch self {
        case .strict: .strict
        case .log: .log
        case .off: .off
        }
    }
}
