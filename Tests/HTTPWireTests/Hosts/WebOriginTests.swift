import HTTPWire
import Testing

@Suite("Origins of the web")
struct WebOriginTests {
    /// Whether an origin names the place of a Host field; nil if it is no origin.
    private static func isSame(_ origin: String, _ host: String) throws -> Bool? {
        let bytes = Array((origin + host).utf8)
        // The array lives, and does not change, until the end of the function.
        let span = unsafe bytes.span.bytes
        let length = origin.utf8.count
        guard let parsed = WebOrigin.parse(span, ByteRange(0, length)) else { return nil }
        return parsed.isSame(as: try Authority.parse(span, ByteRange(length, bytes.count)), in: span)
    }

    @Test(
        "The same host and port are the same place, a missing port being the usual one of the origin's scheme",
        arguments: [
            ("https://a.example", "a.example", true), ("https://A.example", "a.EXAMPLE.", true),
            ("https://a.example", "a.example:443", true), ("https://a.example:443", "a.example", true),
            ("http://a.example", "a.example:80", true), ("https://[::1]:8443", "[::1]:8443", true),
            ("https://a.example", "a.example:80", false), ("https://a.example:8443", "a.example", false),
            ("https://a.example", "b.example", false), ("https://a.example", "xa.example", false),
        ])
    func places(origin: String, host: String, isSame: Bool) throws {
        #expect(try Self.isSame(origin, host) == isSame)
    }

    @Test(
        "What is no origin of the web is none",
        arguments: [
            "null", "", "https://", "a.example", "ftp://a.example", "https://a.example/", "https://user@a.example",
            "https://a.example:99999", "https://a b", "https:/a.example", "file://", "https://a..b",
        ])
    func none(origin: String) throws {
        #expect(try Self.isSame(origin, "a.example") == nil)
    }
}
