internal import HTTPWire

/// Writes the header list of a request (RFC 9113 §8.3) as the one head of HTTP/1.1 that says the same.
///
/// nghttp2 has seen to the order of pseudo-header fields, their number, and to fields that belong to a connection. Here
/// nothing passes that could end a line or a word: what a value holds can never become another line. The rest is judged by
/// the parser that the head is made for.
struct RequestHeadBuilder {
    /// The head, once ``finish(endsStream:)`` was called; trailer lines while trailers are read.
    let head: OutputBuffer
    /// The values of pseudo-header fields, one behind the other.
    private let pseudo = OutputBuffer(capacity: 512)
    private let cookies = OutputBuffer(capacity: 512)
    private var method = ByteRange.empty
    private var path = ByteRange.empty
    private var authority: ByteRange?
    private var scheme: ByteRange?
    private var isWebSocket = false
    private var isTunnel = false
    /// Whether the method is HEAD.
    private(set) var isHead = false
    private var hasLine = false
    private var hasLength = false
    private var isTrailer = false
    /// The list's size so far (RFC 9113 §6.5.2).
    private(set) var listBytes = 0
    /// The first thing that is wrong.
    private(set) var flaw: HTTPParseError?

    init() { head = OutputBuffer(capacity: 4096) }

    /// Begins a header list.
    mutating func begin(isTrailer: Bool) {
        for buffer in [head, pseudo, cookies] { buffer.removeAll() }
        self.isTrailer = isTrailer
        method = .empty
        path = .empty
        authority = nil
        scheme = nil
        isWebSocket = false
        isTunnel = false
        isHead = false
        hasLine = false
        hasLength = false
        listBytes = 0
        flaw = nil
    }

    /// Adds a field.
    mutating func add(_ name: RawSpan, _ value: RawSpan, limit: Int) {
        listBytes += name.byteCount + value.byteCount + 32
        guard listBytes <= limit else {
            refuse(.headTooLarge)
            return
        }
        guard flaw == nil, name.byteCount > 0 else { return }
        if name.byteAt(0) == UInt8(ascii: ":") { return addPseudo(name, value) }
        guard name.isLowerCaseFieldName else { return refuse(.invalidFieldName) }
        guard value.isFieldValue else { return refuse(.controlInFieldValue) }
        if isTrailer { return head.appendLine(name, value) }
        if !hasLine { writeLine() }
        let whole = ByteRange(0, name.byteCount)
        switch name.byteCount {
        case 4 where name.equals(whole, "host"):
            guard let authority else { break }
            // Its bytes stay where they are while they are compared.
            if unsafe !Self.areSame(pseudo.bytes.bytes(authority), value) { refuse(.hostDiffers) }
            return
        case 6 where name.equals(whole, "cookie"):
            // Crumbs become one field again (RFC 9113 §8.2.3).
            if !cookies.isEmpty { cookies.append("; ") }
            cookies.append(value)
            return
        case 14 where name.equals(whole, "content-length"): hasLength = true
        default: break
        }
        head.appendLine(name, value)
    }

    private mutating func addPseudo(_ name: RawSpan, _ value: RawSpan) {
        let whole = ByteRange(0, name.byteCount)
        guard value.isWord else {
            let isPath = name.equals(whole, ":path")
            return refuse(isPath ? .invalidTargetByte : name.equals(whole, ":method") ? .invalidMethod : .invalidHost)
        }
        let start = pseudo.count
        pseudo.append(value)
        let range = ByteRange(start, pseudo.count)
        if name.equals(whole, ":method") {
            method = range
            isTunnel = value.equals(ByteRange(0, value.byteCount), "CONNECT")
            isHead = value.equals(ByteRange(0, value.byteCount), "HEAD")
        } else if name.equals(whole, ":path") {
            path = range
        } else if name.equals(whole, ":authority") {
            authority = range
        } else if name.equals(whole, ":scheme") {
            scheme = range
        } else if name.equals(whole, ":protocol") {
            isWebSocket = value.equals(ByteRange(0, value.byteCount), "websocket")
            // Of other protocols we know nothing (RFC 8441 §4).
            if !isWebSocket { refuse(.connectRefused) }
        } else {
            refuse(.invalidFieldName)
        }
    }

    /// The request line and Host: all pseudo-header fields have come.
    private mutating func writeLine() {
        hasLine = true
        let pseudo = pseudo
        let bytes = unsafe pseudo.bytes
        if let scheme {
            guard bytes.equalsIgnoringCase(scheme, "https") || bytes.equalsIgnoringCase(scheme, "http") else {
                return refuse(.invalidTargetForm)
            }
        }
        if isWebSocket, !isTunnel { return refuse(.invalidMethod) }
        if isTunnel, isWebSocket {
            head.append("GET")
        } else {
            guard !method.isEmpty else { return refuse(.invalidMethod) }
            head.append(method, of: bytes)
        }
        head.append(byte: UInt8(ascii: " "))
        if isTunnel, !isWebSocket {
            // The form of HTTP/1.1, so that it is refused in the same words.
            if let authority { head.append(authority, of: bytes) }
        } else {
            head.append(path, of: bytes)
        }
        head.append(" HTTP/1.1\r\n")
        if let authority {
            head.append("host: ")
            head.append(authority, of: bytes)
            head.append("\r\n")
        }
    }

    /// Ends the list; ``head`` holds all of it then, unless there is a ``flaw``.
    mutating func finish(endsStream: Bool) {
        if isTrailer {
            if !head.isEmpty { head.append("\r\n") }
            return
        }
        if !hasLine, flaw == nil { writeLine() }
        if !cookies.isEmpty {
            head.append("cookie: ")
            unsafe head.append(cookies.bytes)
            head.append("\r\n")
        }
        if isTunnel, isWebSocket {
            // Extended CONNECT (RFC 8441 §5) as the handshake that it stands for; HTTP/2 has no key of its own.
            head.append("connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ")
            appendKey()
            head.append("\r\n")
        } else if !endsStream, !hasLength {
            head.append("transfer-encoding: chunked\r\n")
        }
        head.append("\r\n")
    }

    /// Sixteen random bytes in base64 (RFC 6455 §4.1).
    private func appendKey() {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for _ in 0..<21 {
            // An index below 64, as many as the literal has bytes.
            head.append(byte: unsafe alphabet.utf8Start[Int.random(in: 0..<64)])
        }
        // The last digit has two bits only: A, Q, g or w.
        head.append(byte: unsafe alphabet.utf8Start[Int.random(in: 0..<4) << 4])
        head.append("==")
    }

    private mutating func refuse(_ kind: HTTPParseError.Kind) {
        if flaw == nil { flaw = HTTPParseError(kind, at: 0) }
    }

    // MARK: Bytes

    private static func areSame(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        for offset in 0..<left.byteCount {
            let (a, b) = (left.byteAt(offset), right.byteAt(offset))
            guard a == b || (0x41...0x5a ~= (a & 0xdf) && a ^ b == 0x20) else { return false }
        }
        return true
    }
}
