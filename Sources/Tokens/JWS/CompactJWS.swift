internal import Glibc

/// A JWS in compact form (RFC 7515 §7.1), taken apart but not yet believed.
///
/// Its parts are ranges of the text: HEADER `.` PAYLOAD `.` SIGNATURE.
struct CompactJWS {
    /// Where the header ends: the offset of the first dot.
    let headerEnd: Int
    /// Where the payload ends: the offset of the second dot. What is signed ends here.
    let payloadEnd: Int

    /// Finds the parts.
    ///
    /// - Throws: `.malformed` for a text beyond the limits, or without exactly two dots.
    init(_ text: Span<UInt8>, limits: TokenLimits) throws(TokenError) {
        guard text.count <= limits.tokenBytes else {
            throw .malformed("the token has more than \(limits.tokenBytes) bytes")
        }
        let first = Self.firstDot(of: text, from: 0)
        guard let first, let second = Self.firstDot(of: text, from: first + 1) else {
            throw .malformed("the token has not three parts")
        }
        guard Self.firstDot(of: text, from: second + 1) == nil else {
            throw .malformed("the token has more than three parts")
        }
        guard first <= limits.headerBytes else {
            throw .malformed("the token's header has more than \(limits.headerBytes) bytes")
        }
        (headerEnd, payloadEnd) = (first, second)
    }

    private static func firstDot(of text: Span<UInt8>, from start: Int) -> Int? {
        unsafe text.withUnsafeBufferPointer { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            // The search ends with the text, in which `start` lies.
            guard let dot = unsafe memchr(base + start, CInt(UInt8(ascii: ".")), bytes.count - start) else {
                return nil
            }
            return unsafe UnsafeRawPointer(dot) - UnsafeRawPointer(base)
        }
    }

    /// The encoded header that we write with a key: `alg`, `typ` and, where the key has one, `kid`.
    static func encodedHeader(for key: TokenKey, type: String = "JWT") -> [UInt8] {
        var header: JSONObject = ["alg": .string(key.algorithm.rawValue), "typ": .string(type)]
        header["kid"] = key.identifier.map { .string($0) }
        var encoded: [UInt8] = []
        Base64URL.append(JSONWriter.bytes(.object(header)).span, to: &encoded)
        return encoded
    }

    /// Signs a payload; nil if the key cannot sign.
    static func sign(_ payload: Span<UInt8>, with key: TokenKey, encodedHeader: [UInt8]) -> String? {
        var text = encodedHeader
        text.reserveCapacity(encodedHeader.count + (payload.count + key.signatureByteCount) * 4 / 3 + 8)
        text.append(UInt8(ascii: "."))
        Base64URL.append(payload, to: &text)
        guard let signature = key.signature(for: text.span) else { return nil }
        text.append(UInt8(ascii: "."))
        Base64URL.append(signature.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
