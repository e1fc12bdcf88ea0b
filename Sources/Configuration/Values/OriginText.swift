internal import HTTPWire

/// An origin as a browser sends it (RFC 6454 §6.2): `https://host[:port]`, nothing behind it.
enum OriginText {
    /// What is wrong with it; nil if nothing is.
    static func problem(with text: String) -> String? {
        let example = "write a scheme, a host and a port if it is not the usual one, such as https://app.example.com"
        guard text != "*" else { return "“*” would let every site read refusals of signed-in users: name the origins" }
        guard let separator = text.firstRange(of: "://") else { return "“\(text)” is no origin: \(example)" }
        let scheme = text[..<separator.lowerBound]
        let authority = String(text[separator.upperBound...])
        guard scheme == "http" || scheme == "https" else { return "“\(text)” is no origin of the web: \(example)" }
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
