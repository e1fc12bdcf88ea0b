/// Verifies the signature of a JWS in compact form (RFC 7515 §5.2).
///
/// The order is: structure, `crit`, algorithm, key, signature. The allowed algorithms are looked at before any key is
/// (RFC 8725 §3.1); where a header names a key by anything but `kid` (`jwk`, `jku`, `x5c`, `x5u`), that is not even
/// read.
struct SignatureVerifier: Sendable {
    /// The keys.
    let keys: TokenKeys
    /// The algorithms that are allowed; a key of another one is not used.
    let algorithms: Set<SignatureAlgorithm>
    /// What is refused unread.
    let limits: TokenLimits
    /// Whether `typ` has to be one of a JWT, so that a signed thing of another kind is not taken for a token of ours
    /// (RFC 8725 §3.11). A header without `typ` is taken.
    let requiresTokenType: Bool
    /// The headers of our own tokens, each with the keys that are allowed for it.
    private let knownHeaders: [TokenKeys.KnownHeader]

    init(
        keys: TokenKeys, algorithms: Set<SignatureAlgorithm>? = nil, limits: TokenLimits = TokenLimits(),
        requiresTokenType: Bool = true
    ) {
        self.keys = keys
        self.requiresTokenType = requiresTokenType
        self.algorithms = algorithms ?? keys.algorithms
        self.limits = limits
        knownHeaders = keys.knownHeaders.map { [algorithms = self.algorithms] header in
            let isAllowed = header.candidates.allSatisfy { algorithms.contains($0.algorithm) }
            return TokenKeys.KnownHeader(encoded: header.encoded, candidates: isAllowed ? header.candidates : [])
        }
    }

    /// Verifies the token, then gives its payload and the key that signed it to `body`.
    func verify<Value>(
        _ token: Span<UInt8>, _ body: (Span<UInt8>, TokenKey) throws(TokenError) -> Value
    ) throws(TokenError) -> Value {
        let parts = try CompactJWS(token, limits: limits)
        let candidates = try candidates(token.extracting(0..<parts.headerEnd))
        let payload = token.extracting(parts.headerEnd + 1..<parts.payloadEnd)
        let signature = token.extracting(parts.payloadEnd + 1..<token.count)
        // One block for the payload's bytes and, behind them, the signature's.
        return try unsafe withUnsafeTemporaryAllocation(byteCount: token.count, alignment: 8) {
            buffer throws(TokenError) -> Value in
            guard let payloadCount = unsafe Base64URL.decode(payload, into: buffer) else {
                throw .malformed("the payload is not canonical base64url")
            }
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[payloadCount...])
            guard let signatureCount = unsafe Base64URL.decode(signature, into: rest) else {
                throw .malformed("the signature is not canonical base64url")
            }
            // Both parts were written just now; the spans end with this closure.
            let bytes = unsafe Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(buffer))
            let decoded = bytes.extracting(payloadCount..<payloadCount + signatureCount)
            let message = token.extracting(0..<parts.payloadEnd)
            for key in candidates
            where key.signatureByteCount == signatureCount && key.isValid(decoded, for: message) {
                return try body(bytes.extracting(0..<payloadCount), key)
            }
            throw .signature
        }
    }

    /// The keys that may have signed a token with this header.
    private func candidates(_ encoded: Span<UInt8>) throws(TokenError) -> [TokenKey] {
        // Borrowed one by one: nothing is counted for those that are not the token's.
        let known = knownHeaders.span
        for index in known.indices where known[index].encoded.count == encoded.count {
            if isSame(known[index].encoded.span, encoded) { return known[index].candidates }
        }
        let header = try JOSEHeader(encoded: encoded)
        guard let algorithm = header.algorithm, algorithms.contains(algorithm) else { throw .signature }
        let candidates = keys.candidates(header.keyIdentifier, algorithm)
        guard !candidates.isEmpty || keys.knows(header.keyIdentifier) else { throw .keyUnknown }
        if requiresTokenType, let type = header.type, !JOSEHeader.isTokenType(type) {
            throw .malformed("the header's typ is not that of a token")
        }
        return candidates
    }

    private func isSame(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
