internal import HTTPWire

/// Whether an origin (RFC 6454 §6.2) is the one that a request is for.
public enum SameOrigin {
    /// Compares them.
    ///
    /// Where the request's scheme is not known, because TLS may have ended in front of us, host and port are compared
    /// alone, and a missing port in Host is that of the origin's scheme: a browser leaves the same ports out in both.
    ///
    /// - Parameters:
    ///   - origin: the Origin field's value.
    ///   - authority: what the request is for, `host[:port]`.
    ///   - scheme: what the client used; nil where that is not known.
    public static func holds(_ origin: String, authority: String, scheme: ReservedRequest.Scheme?) -> Bool {
        guard let separator = origin.utf8.firstRange(of: "://".utf8),
            let theirScheme = ReservedRequest.Scheme(
                rawValue: String(origin[..<separator.lowerBound]).lowercased()),
            scheme == nil || scheme == theirScheme,
            let theirs = place(String(origin[separator.upperBound...])), let ours = place(authority)
        else { return false }
        let defaultPort: UInt16 = theirScheme == .https ? 443 : 80
        return theirs.host == ours.host && (theirs.port ?? defaultPort) == (ours.port ?? defaultPort)
    }

    private static func place(_ authority: String) -> (host: String, port: UInt16?)? {
        let bytes = Array(authority.utf8)
        do throws(HTTPParseError) {
            // The array lives, and does not change, until the end of the scope.
            let parsed = try unsafe Authority.parse(bytes.span.bytes, ByteRange(0, bytes.count))
            return (unsafe parsed.normalizedHost(in: bytes.span.bytes), parsed.port)
        } catch {
            return nil
        }
    }
}
