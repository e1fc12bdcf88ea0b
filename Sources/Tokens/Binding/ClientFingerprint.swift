internal import CryptoPrimitives

/// The fingerprint (`fp`) that binds a token to its client.
///
/// It is base64url of 33 bytes: how many bits of the address count, 128 bits of a keyed digest (HMAC-SHA-256) over the
/// address, 128 bits of one over the User-Agent. Two digests, so that it can be told which signal differs and each may
/// be strict, logged or off at any time; the number of bits, so that a token issued before the prefix was changed is
/// still compared by its own. A 34th byte, 1, says that the agent's digest is that of its family. Nobody without the key learns the address or the agent from it.
struct ClientFingerprint {
    private static let digestBytes = 16
    private static let byteCount = 1 + 2 * digestBytes
    private static let familyMark: UInt8 = 1

    /// The `fp` claim of a token for this client.
    static func text(of client: ClientIdentity, rules: BindingRules, key: HMACKey) -> String {
        let address = ClientAddress(client.address)
        let prefix =
            switch address.kind {
            case .text: 0
            case .v4: rules.addressPrefixV4
            case .v6: rules.addressPrefixV6
            }
        var bytes = [UInt8(prefix)]
        let form = rules.userAgentForm
        let digests = (digest(of: address, prefix: prefix, key), digest(of: client.userAgent, form, key))
        for index in 0..<digestBytes { bytes.append(digests.0.bytes[index]) }
        for index in 0..<digestBytes { bytes.append(digests.1.bytes[index]) }
        if form == .family { bytes.append(familyMark) }
        return Base64URL.encode(bytes.span)
    }

    /// Compares a token's `fp` claim with the client; both signals, or only those that are not off.
    ///
    /// - Returns: which ones differ; nil where none does. Without `fp`, or without a key, all differ.
    static func mismatch(
        of fingerprint: String?, with client: ClientIdentity, rules: BindingRules, key: HMACKey?
    ) -> BindingMismatch? {
        let looksAtAddress = rules.address != .off
        let looksAtAgent = rules.userAgent != .off
        guard looksAtAddress || looksAtAgent else { return nil }
        var bytes = InlineArray<48, UInt8>(repeating: 0)
        guard let key, let fingerprint, let form = decode(fingerprint, into: &bytes) else {
            return BindingMismatch(address: looksAtAddress, userAgent: looksAtAgent)
        }
        var mismatch = BindingMismatch(address: false, userAgent: false)
        if looksAtAddress {
            let address = ClientAddress(client.address)
            let prefix = Int(bytes[0])
            // More bits than the client's kind of address has: it is of another kind than the token's.
            mismatch.address =
                prefix > address.byteCount * 8
                || !ConstantTime.areEqual(
                    digest(of: address, prefix: prefix, key).bytes.extracting(0..<digestBytes),
                    bytes.span.extracting(1..<1 + digestBytes))
        }
        if looksAtAgent {
            mismatch.userAgent = !ConstantTime.areEqual(
                digest(of: client.userAgent, form, key).bytes.extracting(0..<digestBytes),
                bytes.span.extracting(1 + digestBytes..<byteCount))
        }
        return mismatch.address || mismatch.userAgent ? mismatch : nil
    }

    /// The bytes of a fingerprint, and in which form the agent was hashed; nil for what is no fingerprint.
    private static func decode(_ text: String, into bytes: inout InlineArray<48, UInt8>) -> UserAgentForm? {
        let count = Base64URL.decodedCount(text.utf8.count)
        guard let count, count == byteCount || count == byteCount + 1 else { return nil }
        var span = bytes.mutableSpan
        let isDecoded = unsafe span.withUnsafeMutableBytes { buffer in
            // The buffer has room for more than the counts compared above.
            unsafe Base64URL.decode(text.utf8Span.span, into: buffer) != nil
        }
        guard isDecoded else { return nil }
        guard count > byteCount else { return .exact }
        return bytes[byteCount] == familyMark ? .family : nil
    }

    private static func digest(of address: ClientAddress, prefix: Int, _ key: HMACKey) -> DigestValue {
        var message = FingerprintMessage(signal: "address")
        message.append(address.kind.rawValue)
        message.append(UInt8(clamping: prefix))
        address.append(prefix: prefix, to: &message)
        return key.authenticationCode(for: message.bytes.span)
    }

    private static func digest(of userAgent: String?, _ form: UserAgentForm, _ key: HMACKey) -> DigestValue {
        var message = FingerprintMessage(signal: "user-agent")
        switch (userAgent, form) {
        case (nil, _):
            message.append(0)
            message.appendPart("")
        case (let agent?, .exact):
            message.append(1)
            message.appendPart(agent)
        case (let agent?, .family):
            message.append(2)
            message.appendPart(UserAgentFamily.name(of: agent))
        }
        return key.authenticationCode(for: message.bytes.span)
    }
}
