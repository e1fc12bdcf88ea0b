import HTTPWire
import Testing

@Suite("Known field names")
struct KnownFieldTests {
    static let names: [(String, KnownField)] = [
        ("TE", .te), ("Via", .via), ("Host", .host), ("Date", .date), ("Accept", .accept), ("Cookie", .cookie),
        ("Expect", .expect), ("Origin", .origin), ("Server", .server), ("Trailer", .trailer), ("Upgrade", .upgrade),
        ("Location", .location), ("Forwarded", .forwarded), ("X-Real-IP", .xRealIP), ("Connection", .connection),
        ("Keep-Alive", .keepAlive), ("Set-Cookie", .setCookie), ("User-Agent", .userAgent),
        ("Content-Type", .contentType), ("Max-Forwards", .maxForwards), ("X-Request-ID", .xRequestID),
        ("Authorization", .authorization), ("Cache-Control", .cacheControl), ("Content-Range", .contentRange),
        ("Content-Length", .contentLength), ("HTTP2-Settings", .http2Settings), ("Sec-Fetch-Dest", .secFetchDest),
        ("Sec-Fetch-Mode", .secFetchMode), ("Sec-Fetch-Site", .secFetchSite), ("X-Forwarded-For", .xForwardedFor),
        ("Content-Encoding", .contentEncoding), ("Proxy-Connection", .proxyConnection),
        ("WWW-Authenticate", .wwwAuthenticate), ("X-Forwarded-Host", .xForwardedHost),
        ("X-Forwarded-Port", .xForwardedPort), ("Sec-WebSocket-Key", .secWebSocketKey),
        ("Transfer-Encoding", .transferEncoding), ("X-Forwarded-Proto", .xForwardedProto),
        ("Proxy-Authenticate", .proxyAuthenticate), ("Proxy-Authorization", .proxyAuthorization),
        ("Sec-WebSocket-Accept", .secWebSocketAccept), ("Sec-WebSocket-Version", .secWebSocketVersion),
        ("Sec-WebSocket-Protocol", .secWebSocketProtocol), ("Sec-WebSocket-Extensions", .secWebSocketExtensions),
        ("Sallyport-Issue-Session", .sallyport), ("Sallyport-", .sallyport), ("sallyport_x", .sallyport),
        ("SALLYPORT-A-NAME-LONGER-THAN-ALL-THE-OTHERS", .sallyport),
    ]

    @Test("A name is found in every case, and its neighbours are not", arguments: names)
    func lookUp(_ name: String, _ field: KnownField) {
        for spelling in [name, name.lowercased(), name.uppercased()] {
            #expect(withBytes(spelling) { bytes, _ in KnownField(bytes) } == field)
        }
        if field == .sallyport { return }
        // Each other letter in each place, one byte more, one byte less: another name.
        let bytes = [UInt8](name.utf8)
        for index in bytes.indices {
            var other = bytes
            other[index] = other[index] | 0x20 == UInt8(ascii: "q") ? UInt8(ascii: "z") : UInt8(ascii: "q")
            #expect(withBytes(String(decoding: other, as: UTF8.self)) { bytes, _ in KnownField(bytes) } == .other)
        }
        #expect(withBytes(name + "s") { bytes, _ in KnownField(bytes) } == .other)
        #expect(withBytes(String(name.dropLast())) { bytes, _ in KnownField(bytes) } == .other)
    }

    @Test("Every case but `other` is in the table of this test")
    func isComplete() {
        #expect(Set(Self.names.map(\.1)).union([.other]) == Set(KnownField.allCases))
    }

    @Test(
        "What looks like ours but is not stays unknown",
        arguments: ["sallyport", "sallyportx", "x-sallyport-y", "s", ""])
    func unknown(_ name: String) {
        #expect(withBytes(name) { bytes, _ in KnownField(bytes) } == .other)
    }

    @Test("Hop-by-hop fields are those of RFC 9110 §7.6.1")
    func hopByHop() {
        let expected: Set<KnownField> = [
            .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthorization, .proxyAuthenticate,
        ]
        #expect(Set(KnownField.allCases.filter(\.isHopByHop)) == expected)
        #expect(!KnownField.host.mayBeNominated && !KnownField.authorization.mayBeNominated)
        #expect(KnownField.other.mayBeNominated && KnownField.te.mayBeNominated)
    }
}
