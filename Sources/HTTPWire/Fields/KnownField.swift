/// The field names that a proxy acts upon, found by length and a few words; every other name is ``other``.
public enum KnownField: UInt8, Sendable, CaseIterable {
    case other
    case te, via
    case host, date
    case accept, cookie, expect, origin, server
    case trailer, upgrade
    case location
    case forwarded, xRealIP
    case connection, keepAlive, setCookie, userAgent
    case contentType, maxForwards, xRequestID
    case authorization, cacheControl, contentRange
    case contentLength, http2Settings, secFetchDest, secFetchMode, secFetchSite
    case xForwardedFor
    case contentEncoding, proxyConnection, wwwAuthenticate, xForwardedHost, xForwardedPort
    case secWebSocketKey, transferEncoding, xForwardedProto
    case proxyAuthenticate
    case proxyAuthorization
    case secWebSocketAccept
    case secWebSocketVersion
    case secWebSocketProtocol
    case secWebSocketExtensions
    /// Any name that begins with `sallyport-`, in any case, with `-` and `_` taken as equal.
    case sallyport

    /// The field that a name of `tchar` spells, whatever its case.
    public init(_ name: RawSpan) {
        self = name.byteCount == 0 ? .other : Self.lookUp(name, 0, name.byteCount)
    }

    /// Whether the field belongs to one connection and is never forwarded (RFC 9110 §7.6.1). `Trailer` is not among
    /// them, but who drops trailers drops it too; TE goes because we decode what comes back.
    public var isHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthorization, .proxyAuthenticate:
            true
        default: false
        }
    }

    /// Whether a `Connection` field may take this one away. RFC 9110 §7.6.1 forbids senders to nominate fields that
    /// are meant for all recipients; a client that names Host or Authorization wants to blind what stands behind us.
    public var mayBeNominated: Bool {
        switch self {
        case .other, .maxForwards, .xRequestID, .trailer: true
        default: isHopByHop
        }
    }

    @inline(__always)
    static func lookUp(_ bytes: RawSpan, _ start: Int, _ end: Int) -> KnownField {
        let count = end - start
        guard count >= 2, count <= 24 || isSallyport(bytes, start, end) else { return .other }
        guard count <= 24 else { return .sallyport }
        let key = FieldNameKey(bytes, start, end)
        let found = count < 14 ? short(count, key) : long(count, key)
        if found == .other, isSallyport(bytes, start, end) { return .sallyport }
        return found
    }

    @inline(__always)
    private static func short(_ count: Int, _ key: FieldNameKey) -> KnownField {
        switch count {
        case 2: if key == FieldNameKey("te") { return .te }
        case 3: if key == FieldNameKey("via") { return .via }
        case 4:
            if key == FieldNameKey("host") { return .host }
            if key == FieldNameKey("date") { return .date }
        case 6:
            if key == FieldNameKey("accept") { return .accept }
            if key == FieldNameKey("cookie") { return .cookie }
            if key == FieldNameKey("origin") { return .origin }
            if key == FieldNameKey("server") { return .server }
            if key == FieldNameKey("expect") { return .expect }
        case 7:
            if key == FieldNameKey("trailer") { return .trailer }
            if key == FieldNameKey("upgrade") { return .upgrade }
        case 8: if key == FieldNameKey("location") { return .location }
        case 9:
            if key == FieldNameKey("forwarded") { return .forwarded }
            if key == FieldNameKey("x-real-ip") { return .xRealIP }
        case 10:
            if key == FieldNameKey("connection") { return .connection }
            if key == FieldNameKey("user-agent") { return .userAgent }
            if key == FieldNameKey("set-cookie") { return .setCookie }
            if key == FieldNameKey("keep-alive") { return .keepAlive }
        case 12:
            if key == FieldNameKey("content-type") { return .contentType }
            if key == FieldNameKey("x-request-id") { return .xRequestID }
            if key == FieldNameKey("max-forwards") { return .maxForwards }
        case 13:
            if key == FieldNameKey("authorization") { return .authorization }
            if key == FieldNameKey("cache-control") { return .cacheControl }
            if key == FieldNameKey("content-range") { return .contentRange }
        default: break
        }
        return .other
    }

    @inline(__always)
    private static func long(_ count: Int, _ key: FieldNameKey) -> KnownField {
        switch count {
        case 14:
            if key == FieldNameKey("content-length") { return .contentLength }
            if key == FieldNameKey("sec-fetch-mode") { return .secFetchMode }
            if key == FieldNameKey("sec-fetch-dest") { return .secFetchDest }
            if key == FieldNameKey("sec-fetch-site") { return .secFetchSite }
            if key == FieldNameKey("http2-settings") { return .http2Settings }
        case 15: if key == FieldNameKey("x-forwarded-for") { return .xForwardedFor }
        case 16:
            if key == FieldNameKey("x-forwarded-host") { return .xForwardedHost }
            if key == FieldNameKey("x-forwarded-port") { return .xForwardedPort }
            if key == FieldNameKey("content-encoding") { return .contentEncoding }
            if key == FieldNameKey("www-authenticate") { return .wwwAuthenticate }
            if key == FieldNameKey("proxy-connection") { return .proxyConnection }
        case 17:
            if key == FieldNameKey("transfer-encoding") { return .transferEncoding }
            if key == FieldNameKey("x-forwarded-proto") { return .xForwardedProto }
            if key == FieldNameKey("sec-websocket-key") { return .secWebSocketKey }
        case 18: if key == FieldNameKey("proxy-authenticate") { return .proxyAuthenticate }
        case 19: if key == FieldNameKey("proxy-authorization") { return .proxyAuthorization }
        case 20: if key == FieldNameKey("sec-websocket-accept") { return .secWebSocketAccept }
        case 21: if key == FieldNameKey("sec-websocket-version") { return .secWebSocketVersion }
        case 22: if key == FieldNameKey("sec-websocket-protocol") { return .secWebSocketProtocol }
        case 24: if key == FieldNameKey("sec-websocket-extensions") { return .secWebSocketExtensions }
        default: break
        }
        return .other
    }

    /// The bytes of `sallypor`, the first one in the lowest bits.
    private static let sallypor: UInt64 = 0x726f_7079_6c6c_6173

    /// Whether the name begins with `sallyport-` as the firewall reads it; the prefix alone does too.
    @inline(__always)
    static func isSallyport(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 10, bytes.word64(start) | 0x2020_2020_2020_2020 == sallypor else {
            return false
        }
        let hyphen = bytes.byte(start + 9)
        return bytes.byte(start + 8) | 0x20 == UInt8(ascii: "t")
            && (hyphen == ASCII.hyphen || hyphen == ASCII.underscore)
    }

    /// Whether a name is long enough and begins so that ``isFramingLookAlike(_:_:_:)`` is worth its time.
    @inline(__always)
    static func mayImitateFraming(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 13 else { return false }
        let initial = bytes.byte(start) | 0x20
        // A sign may stand before the first letter too.
        return initial == UInt8(ascii: "c") || initial == UInt8(ascii: "t") || initial < 0x61 || initial > 0x7a
    }

    /// Whether a name that is not known is made of the letters of Content-Length or Transfer-Encoding, with whatever
    /// signs between them (`Content.Length`): somebody downstream of us may read it as the real one.
    static func isFramingLookAlike(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        spells("contentlength", bytes, start, end) || spells("transferencoding", bytes, start, end)
    }

    private static func spells(_ letters: StaticString, _ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        var matched = 0
        for offset in start..<end {
            let byte = ASCII.lowercased(bytes.byte(offset))
            guard byte &- 0x61 < 26 || ASCII.isDigit(byte) else { continue }
            // `matched` is compared with the literal's length first.
            guard matched < letters.utf8CodeUnitCount, unsafe letters.utf8Start[matched] == byte else { return false }
            matched += 1
        }
        return matched == letters.utf8CodeUnitCount
    }
}
