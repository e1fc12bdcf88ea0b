/// A `Set-Cookie` line taken apart (RFC 6265 §5.2).
public struct SetCookie: Sendable, Equatable {
    /// The cookie's name.
    public var name: String
    /// Its value.
    public var value: String
    /// The attributes by their names in lower case; one without a value has the empty one.
    public var attributes: [String: String]
    /// The line as it came.
    public var line: String

    /// Takes a line apart.
    public init(_ line: String) {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false).map { trimmed(String($0)) }
        (name, value) = Self.pair(parts[0])
        attributes = [:]
        for part in parts.dropFirst() {
            let (name, value) = Self.pair(part)
            attributes[name.lowercased()] = value
        }
        self.line = line
    }

    /// `Max-Age` in seconds.
    public var maxAge: Int64? { attributes["max-age"].flatMap { Int64($0) } }
    /// Whether a browser removes the cookie on reading this.
    public var isDeletion: Bool { maxAge.map { $0 <= 0 } ?? (attributes["expires"]?.contains(" 1970 ") ?? false) }
    /// What must agree between a cookie and its deletion for a browser to take both for the same.
    public var scope: [String] { [name, attributes["path"] ?? "", attributes["domain"] ?? ""] }

    /// Why a browser would not store the cookie, if so: the rules of the prefixes (RFC 6265bis §4.1.3).
    public var refusal: String? {
        let isSecure = attributes["secure"] != nil
        if name.hasPrefix("__Secure-"), !isSecure { return "__Secure- without Secure" }
        if name.hasPrefix("__Host-"), !isSecure || attributes["path"] != "/" || attributes["domain"] != nil {
            return "__Host- without Secure, with a Domain, or with another path than /"
        }
        if attributes["samesite"]?.lowercased() == "none", !isSecure { return "SameSite=None without Secure" }
        return nil
    }

    private static func pair(_ text: String) -> (String, String) {
        guard let equals = text.firstIndex(of: "=") else { return (text, "") }
        return (trimmed(String(text[..<equals])), trimmed(String(text[text.index(after: equals)...])))
    }
}
