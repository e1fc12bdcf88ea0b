/// A token taken apart **without verifying anything**: what it claims to be, for people who look at it. No decision may
/// rest on it.
public struct UnverifiedToken: Sendable, Equatable {
    /// The JOSE header.
    public let header: JSONObject
    /// The payload.
    public let claims: JSONObject

    /// Takes a compact form apart.
    ///
    /// - Throws: `.malformed` where it is none, or its parts are not JSON objects.
    public init(_ token: String, limits: TokenLimits = TokenLimits()) throws(TokenError) {
        let text = token.utf8Bytes
        let parts = try CompactJWS(text.span, limits: limits)
        header = try Self.object(text.span.extracting(0..<parts.headerEnd), "header")
        claims = try Self.object(text.span.extracting(parts.headerEnd + 1..<parts.payloadEnd), "payload")
    }

    private static func object(_ encoded: Span<UInt8>, _ part: StaticString) throws(TokenError) -> JSONObject {
        guard let bytes = Base64URL.decode(encoded) else { throw .malformed("the \(part) is not canonical base64url") }
        do throws(JSONError) {
            guard let object = try JSONParser.parse(bytes.span).object else {
                throw JSONError(kind: .unexpectedByte, offset: 0)
            }
            return object
        } catch {
            throw .malformed("the \(part) is no JSON object as we take it: \(error)")
        }
    }
}
