internal import HTTPWire

/// An origin as a browser sends it (RFC 6454 §6.2): `https://host[:port]`, nothing behind it.
enum OriginText {
    /// What is wrong with it; nil if nothing is.
    ///
    /// - Parameter mayHoldWildcard: whether `*.` may stand in front of the host, for every host below it.
    static func problem(with text: String, mayHoldWildcard: Bool = false) -> String? {
        let example = "write a scheme, a host and a port if it is not the usual one, such as https://app.example.com"
        guard text != "*" else { return "“*” would let every site read refusals of signed-in users: name the origins" }
        guard let separator = text.firstRange(of: "://") else { return "“\(text)” is no origin: \(example)" }
        let scheme = text[..<separator.lowerBound]
        var authority = String(text[separator.upperBound...])
        if mayHoldWildcard, authority.hasPrefix("*.") {
            authority.removeFirst(2)
            guard authority.contains(".") || authority.hasPrefix("localhost") else {
                return "“\(text)” would let every site of a top-level domain in: write more of the host"
            }
        }
        guard scheme == "http" || scheme == "https" else { return "“\(text)” is no origin of the web: \(example)" }
        guard !authority.contains("*") else {
            return
                "“\(text)” holds “*” elsewhere than in front of a host: write https://*.example.com, or each origin by itself"
        }
        guard !authority.contains("/"), !authority.contains("?"), !authority.contains("#") else {
            return "“\(text)” has more than an origin: \(example)"
        }
        let parsed = withBytes(of: authority) { bytes -> Authority? in
            do throws(HTTPParseError) {
                return try Authority.parse(bytes, ByteRange(0, bytes.byteCount))
            } catch {
                return nil
            }
        }
        guard let parsed else { return "“\(text)” has no host that a browser could send: \(example)" }
        guard authority == authority.lowercased(), !authority.hasSuffix("."), !authority.hasSuffix(":") else {
            return
                "“\(text)” is not how browsers send it: write the host in lower case, without a dot or colon at its end"
        }
        if let port = parsed.port, port == (scheme == "https" ? 443 : 80) {
            return "“\(text)” names the usual port, which browsers leave out: remove :\(port)"
        }
        return nil
    }
}
