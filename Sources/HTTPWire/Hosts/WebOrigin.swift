/// An origin of the web as browsers write it (RFC 6454 §6.2): `http://host[:port]` or `https://host[:port]`.
public struct WebOrigin: Sendable, Equatable {
    /// Whether the scheme is https.
    public var isSecure: Bool
    /// Host and port.
    public var authority: Authority

    /// Parses a value; nil for `null`, for another scheme, and for whatever else is no such origin.
    public static func parse(_ bytes: RawSpan, _ range: ByteRange) -> WebOrigin? {
        let start = Int(range.start)
        let isSecure: Bool
        if range.count > 8, bytes.equalsIgnoringCase(ByteRange(start, start + 8), "https://") {
            isSecure = true
        } else if range.count > 7, bytes.equalsIgnoringCase(ByteRange(start, start + 7), "http://") {
            isSecure = false
        } else {
            return nil
        }
        do throws(HTTPParseError) {
            let authority = try Authority.parse(bytes, ByteRange(start + (isSecure ? 8 : 7), Int(range.end)))
            return WebOrigin(isSecure: isSecure, authority: authority)
        } catch {
            return nil
        }
    }

    /// Whether it names the host and port of an authority of the same buffer; a port that is missing in either is the usual
    /// one of this origin's scheme, because a browser leaves the same ports out in both.
    public func isSame(as other: Authority, in bytes: RawSpan) -> Bool {
        authority.isSame(as: other, in: bytes, defaultPort: isSecure ? 443 : 80)
    }
}
