/// Signs JSON payloads that are no tokens of ours as compact JWS (RFC 7515 §7.1), for others to verify. Usable from any
/// thread.
public struct PayloadSigner: Sendable {
    private let key: TokenKey
    private let encodedHeader: [UInt8]

    /// A signer.
    ///
    /// - Parameters:
    ///   - key: has to be able to sign; nil otherwise.
    ///   - type: the header's `typ`, which keeps one kind of JWT from being taken for another (RFC 8725 §3.11).
    public init?(_ key: TokenKey, type: String) {
        guard key.canSign else { return nil }
        self.key = key
        encodedHeader = CompactJWS.encodedHeader(for: key, type: type)
    }

    /// The JWS over a payload; nil if the library underneath fails.
    public func sign(_ payload: [UInt8]) -> [UInt8]? {
        CompactJWS.sign(payload.span, with: key, encodedHeader: encodedHeader).map { Array($0.utf8) }
    }
}
