extension TokenKey {
    /// The one key in a file: a JWK (RFC 7517), or PEM with one public key, key pair or certificate.
    ///
    /// Its algorithm is the one that is asked for, else the JWK's `alg`, else the only one of its kind, else the usual
    /// one where that goes with it.
    ///
    /// - Parameters:
    ///   - file: the file's bytes.
    ///   - algorithm: the algorithm that the key has to be for.
    ///   - usual: the algorithm of a key that could be for several.
    ///   - identifier: its `kid`; nil: the JWK's.
    ///   - maySign: whether it signs, where it can.
    /// - Throws: `.ambiguous` for a file with several keys, or a JWK whose `kid` is another; `.unsuitable` for a key of
    ///   another algorithm, or of several where none was said; and as ``TokenKeys/init(file:algorithms:)`` does.
    public static func read(
        file: [UInt8], algorithm: SignatureAlgorithm? = nil, usual: SignatureAlgorithm? = nil,
        identifier: String? = nil, maySign: Bool = true
    ) throws(TokenKeyError) -> TokenKey {
        let keys = try TokenKeys(file: file).all
        guard Set(keys.map(\.algorithm)).count == keys.count, Set(keys.map(\.identifier)).count == 1 else {
            throw TokenKeyError(.ambiguous, "the file holds more than one key")
        }
        let names = keys.map(\.algorithm.rawValue).joined(separator: ", ")
        let key: TokenKey
        if let algorithm {
            guard let found = keys.first(where: { $0.algorithm == algorithm }) else {
                throw TokenKeyError(.unsuitable, "the key is not one for \(algorithm.rawValue), but for \(names)")
            }
            key = found
        } else if let only = keys.first, keys.count == 1 {
            key = only
        } else if let found = keys.first(where: { $0.algorithm == usual }) {
            key = found
        } else {
            throw TokenKeyError(.unsuitable, "the key may be for \(names): say for which one")
        }
        if let identifier, let own = key.identifier, own != identifier {
            throw TokenKeyError(.ambiguous, "the key has another kid of its own")
        }
        return TokenKey(key, identifier: identifier ?? key.identifier, maySign: maySign)
    }
}
