/// The keys that are good at the same time: the first one that can sign does; all verify. That is how a key is
/// rotated: the new one is put first, the old one stays until its last token has expired.
public struct TokenKeys: Sendable {
    /// The header that we write with a key, encoded, and who may have signed a token that begins with it.
    struct KnownHeader: Sendable {
        let encoded: [UInt8]
        let candidates: [TokenKey]
    }

    /// All keys in their order.
    public let all: [TokenKey]
    /// The key that signs; nil if none can.
    public let signing: TokenKey?
    /// The algorithms of the keys: no other one is looked at.
    public let algorithms: Set<SignatureAlgorithm>
    /// The headers that our own tokens have: a token that begins with one needs no parsing of its header.
    let knownHeaders: [KnownHeader]

    /// - Throws: ``TokenKeyError`` if there is no key, or if two keys of one kind have the same `kid`.
    public init(_ keys: [TokenKey]) throws(TokenKeyError) {
        guard !keys.isEmpty else { throw TokenKeyError(.none, "there is no key") }
        for (index, key) in keys.enumerated() {
            for other in keys[..<index]
            where key.identifier != nil && other.identifier == key.identifier && other.algorithm == key.algorithm {
                throw TokenKeyError(.ambiguous, "two keys have the same kid and algorithm")
            }
        }
        all = keys
        signing = keys.first { $0.canSign }
        algorithms = Set(keys.map(\.algorithm))
        var headers: [KnownHeader] = []
        for key in keys {
            let encoded = CompactJWS.encodedHeader(for: key)
            if headers.contains(where: { $0.encoded == encoded }) { continue }
            headers.append(
                KnownHeader(encoded: encoded, candidates: Self.candidates(in: keys, key.identifier, key.algorithm)))
        }
        knownHeaders = headers
    }

    /// One key.
    public init(_ key: TokenKey) throws(TokenKeyError) {
        try self.init([key])
    }

    /// The keys that may have signed a token with this header; empty if its `kid` is unknown.
    ///
    /// A `kid` selects the keys that carry it; only where none does, the keys without a name are tried. Without a
    /// `kid`, all keys are. Keys of another algorithm never are.
    func candidates(_ identifier: String?, _ algorithm: SignatureAlgorithm) -> [TokenKey] {
        Self.candidates(in: all, identifier, algorithm)
    }

    /// The public keys as a JWK set (RFC 7517 §5), for others who verify our tokens; secrets are never in it.
    ///
    /// - Parameter now: keys whose time is over then are left out.
    public func publicJWKSet(at now: Int64) -> JSONValue {
        let current = all.filter { key in key.expiresAt.map { $0 > now } ?? true }
        return ["keys": .array(current.compactMap(\.publicJWK).map { .object($0) })]
    }

    /// Whether a key answers to this `kid`, whatever its algorithm.
    func knows(_ identifier: String?) -> Bool {
        all.contains { $0.identifier == identifier || $0.identifier == nil || identifier == nil }
    }

    private static func candidates(
        in keys: [TokenKey], _ identifier: String?, _ algorithm: SignatureAlgorithm
    ) -> [TokenKey] {
        guard let identifier else { return keys.filter { $0.algorithm == algorithm } }
        let named = keys.filter { $0.identifier == identifier }
        return (named.isEmpty ? keys.filter { $0.identifier == nil } : named).filter { $0.algorithm == algorithm }
    }
}
