internal import HTTPWire

/// Where keys are fetched: an `https` URL, or an `http` one of this machine itself, since who is on the way could put
/// other keys into an answer.
public struct KeyServerURL: Sendable, Hashable {
    /// Why a text is none: the end of a sentence.
    public struct Problem: Error, Sendable, Equatable {
        /// The end of the sentence.
        public var sentence: String
    }

    /// Whether TLS is spoken.
    public let isSecure: Bool
    /// A name or a numeric address, without brackets.
    public let host: String
    /// The port.
    public let port: UInt16
    /// Host and port as they were written, for the Host field.
    public let authority: String
    /// Path and query; begins with a slash.
    public let target: String
    /// The URL as it was written.
    public let text: String

    /// Reads a URL.
    public init(_ text: String) throws(Problem) {
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else {
            throw Problem(sentence: "begins with neither https:// nor, for this machine itself, http://")
        }
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Problem(sentence: "is longer than 2048 bytes, or holds what has no place in a URL")
        }
        let rest = text.utf8.dropFirst(isSecure ? 8 : 7)
        let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        guard let authority = String(rest[..<end]), let tail = String(rest[end...]), !tail.contains("#") else {
            throw Problem(sentence: "has a fragment, which no server sees")
        }
        guard !authority.contains("@") else { throw Problem(sentence: "holds a name or a password") }
        let parsed = withBytes(of: authority) { bytes -> (host: String, port: UInt16?)? in
            do throws(HTTPParseError) {
                let parsed = try Authority.parse(bytes, ByteRange(0, bytes.byteCount))
                return (parsed.normalizedHost(in: bytes), parsed.port)
            } catch {
                return nil
            }
        }
        guard let parsed, parsed.port != 0, !parsed.host.isEmpty else { throw Problem(sentence: "has no host") }
        let isLiteral = parsed.host.hasPrefix("[") && parsed.host.hasSuffix("]")
        let host = isLiteral ? String(parsed.host.dropFirst().dropLast()) : parsed.host
        guard isSecure || Self.isLoopback(host) else {
            throw Problem(sentence: "is not https: whoever is on the way could exchange the keys")
        }
        self.isSecure = isSecure
        self.host = host
        port = parsed.port ?? (isSecure ? 443 : 80)
        self.authority = authority
        target = tail.hasPrefix("/") ? tail : "/" + tail
        self.text = text
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        return host.hasPrefix("127.") && IPAddress(host) != nil
    }

    /// Where an issuer's discovery document lies (OpenID Connect Discovery §4).
    public static func discovery(of issuer: String) throws(Problem) -> KeyServerURL {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        guard !base.contains("?") else { throw Problem(sentence: "has a query, and cannot be discovered") }
        return try KeyServerURL(base + "/.well-known/openid-configuration")
    }
}
