import HTTPWire
import Testing

@Suite("Pages and programs")
struct AcceptPreferenceTests {
    @Test(
        "A browser that opens a page is told from a program",
        arguments: [
            ("Sec-Fetch-Mode: navigate", AcceptPreference.navigation),
            ("Sec-Fetch-Mode: cors\r\nAccept: text/html", .api),
            ("Sec-Fetch-Dest: document", .navigation), ("Sec-Fetch-Dest: empty\r\nAccept: text/html", .api),
            ("Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .navigation),
            ("Accept: application/json", .api), ("Accept: application/json, text/html;q=0.5", .api),
            ("Accept: application/json;q=0.5, text/html", .navigation), ("Accept: application/problem+json", .api),
            ("Accept: text/event-stream", .api), ("Accept: TEXT/HTML ; q=0.1", .navigation),
            ("Accept: text/html;q=0", .undecided),
            ("Accept: text/html;q=2", .undecided), ("Accept: text/html;q=1.000", .navigation),
            ("Accept: */*", .undecided),
            ("Accept: image/avif", .undecided), ("X: y", .undecided),
            ("Accept: text/html\r\nAccept: application/json", .navigation),
            ("Connection: Upgrade\r\nUpgrade: websocket\r\nAccept: text/html", .api),
            ("Accept: text/html;q=0.8;x, a/b+json;q=0.85", .api),
        ])
    func preference(_ fields: String, _ preference: AcceptPreference) {
        let request = ParsedRequest("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")
        // A span of UInt8 has no padding.
        #expect(unsafe AcceptPreference.of(request.head, in: request.bytes.span.bytes) == preference)
    }
}
