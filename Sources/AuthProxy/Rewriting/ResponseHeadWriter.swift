internal import HTTPWire

/// Writes the head that the client gets from the application's: without what belongs to the connection between us, without
/// what only we may say, with our cookies where they change.
struct ResponseHeadWriter {
    let site: Site
    /// How the body reaches the client: with the application's length, chunked anew, or until the connection closes.
    let framing: BodyFraming
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    let clientMinorVersion: UInt8
    /// Whether the client's connection goes on.
    let keepsAlive: Bool
    /// Our Set-Cookie lines.
    let cookies: [UInt8]
    /// What the route does to fields; nil: nothing.
    let rules: AnswerRules?
    /// Our Strict-Transport-Security line, which stands in place of the application's; empty for none.
    var strictTransport: [UInt8] = []

    /// Appends the head.
    ///
    /// - Parameters:
    ///   - date: a Date line for applications that send none (RFC 9110 §6.6.1).
    ///   - record: holds the origin that may read the answer.
    func write(
        _ head: borrowing ResponseHead, in bytes: RawSpan, date: [UInt8], record: borrowing ExchangeRecord,
        to output: OutputBuffer
    ) {
        output.append("HTTP/1.1 ")
        output.append(decimal: head.status)
        output.append(byte: UInt8(ascii: " "))
        output.append(head.reason, of: bytes)
        output.append("\r\n")
        copyLines(head, bytes, output)
        if !head.table.contains(.date) { output.append(date) }
        output.append(strictTransport)
        if !cookies.isEmpty {
            output.append(cookies)
            // A cache that keeps this answer would hand one user's cookies to the next.
            output.append("Cache-Control: no-store\r\n")
        }
        if let rules { rules.append(record.allowedOrigin, of: record.bytes, to: output) }
        if framing == .chunked { output.append("Transfer-Encoding: chunked\r\n") }
        appendConnection(output)
        output.append("\r\n")
    }

    /// Appends the head of a 101 (RFC 9110 §15.2.2).
    ///
    /// - Parameters:
    ///   - echo: the subprotocol that the client is told where the application chose none.
    ///   - record: holds the origin that may read the answer.
    func writeSwitching(
        _ head: borrowing ResponseHead, in bytes: RawSpan, date: [UInt8], echo: [UInt8],
        record: borrowing ExchangeRecord, to output: OutputBuffer
    ) {
        output.append("HTTP/1.1 101 Switching Protocols\r\n")
        copyLines(head, bytes, output)
        if !head.table.contains(.date) { output.append(date) }
        if !echo.isEmpty {
            output.append("Sec-WebSocket-Protocol: ")
            output.append(echo)
            output.append("\r\n")
        }
        output.append(strictTransport)
        output.append(cookies)
        if let rules { rules.append(record.allowedOrigin, of: record.bytes, to: output) }
        output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    }

    /// Appends an interim response (RFC 9110 §15.2) as it came, without the fields of the connection.
    static func writeInterim(_ head: borrowing ResponseHead, in bytes: RawSpan, site: Site, to output: OutputBuffer) {
        let writer = ResponseHeadWriter(
            site: site, framing: .none, clientMinorVersion: 1, keepsAlive: true, cookies: [], rules: nil)
        output.append("HTTP/1.1 ")
        output.append(decimal: head.status)
        output.append(byte: UInt8(ascii: " "))
        output.append(head.reason, of: bytes)
        output.append("\r\n")
        writer.copyLines(head, bytes, output)
        output.append("\r\n")
    }

    private func appendConnection(_ output: OutputBuffer) {
        if !keepsAlive {
            output.append("Connection: close\r\n")
        } else if clientMinorVersion == 0 {
            output.append("Connection: keep-alive\r\n")
        }
    }

    private func copyLines(_ head: borrowing ResponseHead, _ bytes: RawSpan, _ output: OutputBuffer) {
        var runStart: Int32 = 0
        var runEnd: Int32 = 0
        for line in head.fields where mayPass(line, head, bytes) {
            if line.name.start != runEnd {
                output.append(ByteRange(Int(runStart), Int(runEnd)), of: bytes)
                runStart = line.name.start
            }
            runEnd = line.lineEnd
        }
        output.append(ByteRange(Int(runStart), Int(runEnd)), of: bytes)
    }

    @inline(__always)
    private func mayPass(_ line: FieldLine, _ head: borrowing ResponseHead, _ bytes: RawSpan) -> Bool {
        switch line.known {
        case .sallyport: return false
        case .other:
            if !strictTransport.isEmpty, bytes.equalsIgnoringCase(line.name, "strict-transport-security") {
                return false
            }
        case .contentLength: if head.forbidsContentLength || framing == .chunked { return false }
        case .setCookie:
            // The application must not set our cookies, nor delete them.
            if site.isOwnCookie(SetCookieName.range(of: line.value, in: bytes), bytes) { return false }
        case .cacheControl: if !cookies.isEmpty { return false }
        case .trailer: if framing != .chunked { return false }
        default: if line.known.isHopByHop { return false }
        }
        if let rules, rules.drops(line, in: bytes) { return false }
        return !head.isNominated(line, in: bytes)
    }
}
