/// The header of a JWS, as far as it decides anything (RFC 7515 §4.1).
///
/// Refused as malformed are: what is no JSON object, an `alg` that is missing or no text, a `kid` that is no text, any
/// `crit` (we understand no extension), and `b64` other than true (RFC 7797 §3).
struct JOSEHeader {
    /// The whole header.
    let object: JSONObject
    /// `alg`; nil for one that we do not know, such as `none`.
    let algorithm: SignatureAlgorithm?
    /// `kid`.
    let keyIdentifier: String?
    /// `typ`.
    let type: String?

    /// Reads a header as it stands in the token.
    init(encoded: Span<UInt8>) throws(TokenError) {
        guard let bytes = Base64URL.decode(encoded) else { throw .malformed("the header is not canonical base64url") }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes.span)
        } catch {
            throw .malformed("the header is not JSON as we take it: \(error)")
        }
        guard let object = value.object else { throw .malformed("the header is no JSON object") }
        guard let name = object["alg"]?.string else { throw .malformed("the header has no alg") }
        guard object["crit"] == nil else { throw .malformed("the header has crit, of which nothing is understood") }
        if let encoding = object["b64"], encoding != true {
            throw .malformed("the header has b64 other than true")
        }
        self.object = object
        algorithm = SignatureAlgorithm(rawValue: name)
        keyIdentifier = try Self.text("kid", of: object)
        type = try Self.text("typ", of: object)
    }

    /// Whether `typ` is a JWT's, or an access token's by RFC 9068 §2.1; media types are compared without case, and
    /// `application/` may be left out (RFC 7515 §4.1.9).
    static func isTokenType(_ type: String) -> Bool {
        let name = type.lowercased()
        return ["jwt", "at+jwt", "application/jwt", "application/at+jwt"].contains(name)
    }

    /// Whether `typ` is an access token's by RFC 9068 §2.1.
    static func isAccessTokenType(_ type: String) -> Bool {
        let name = type.lowercased()
        return name == "at+jwt" || name == "application/at+jwt"
    }

    private static func text(_ name: String, of object: JSONObject) throws(TokenError) -> String? {
        guard let value = object[name] else { return nil }
        guard let text = value.string else { throw .malformed("the header's \(name) is no text") }
        return text
    }
}
