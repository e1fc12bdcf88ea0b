import Foundation
import SallyportTesting

/// Takes a token apart and puts another one together, the way somebody does who has the key, or has not. Nothing of the
/// product's own is used: its SHA-256 is its own (FIPS 180-4).
struct TokenForge {
    /// The JOSE header, as text.
    var header: String
    /// The claims.
    var claims: [String: Any]

    /// Takes a token apart.
    init(_ token: String) throws {
        let parts = token.split(separator: ".").map { String($0) }
        guard parts.count == 3 else { throw SocketFailure.malformed("a token of \(parts.count) parts") }
        header = String(decoding: try Self.decoded(parts[0]), as: UTF8.self)
        let claims = try JSONSerialization.jsonObject(with: Data(Self.decoded(parts[1])))
        self.claims = claims as? [String: Any] ?? [:]
    }

    /// A text claim.
    func text(_ name: String) -> String { claims[name] as? String ?? "" }
    /// A number claim.
    func number(_ name: String) -> Int64 { (claims[name] as? NSNumber)?.int64Value ?? 0 }

    /// The token, signed with HS256 whatever its header says.
    ///
    /// - Parameter payload: the claims' text, where it has to be something that no dictionary can be.
    func signed(with secret: [UInt8] = ProxyFixture.secret, payload: String? = nil) throws -> String {
        let text = try payload ?? payloadText()
        let input = Self.encoded(Array(header.utf8)) + "." + Self.encoded(Array(text.utf8))
        return input + "." + Self.encoded(SHA256Sum.authentication(of: Array(input.utf8), key: secret))
    }

    /// The claims as text.
    func payloadText() throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: claims), as: UTF8.self)
    }

    /// Base64url without padding (RFC 7515 §2).
    static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    private static func decoded(_ text: String) throws -> [UInt8] {
        var padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while padded.count % 4 != 0 { padded += "=" }
        guard let data = Data(base64Encoded: padded) else { throw SocketFailure.malformed("base64url") }
        return [UInt8](data)
    }
}
