internal import HTTPWire

/// Writes the head that the application gets: first everything that only we may say is taken out, then it is said
/// (strip, then add). One pass over the field lines; neighbours that stay are copied in one go.
struct RequestHeadWriter {
    let site: Site
    let route: Route
    let forwarding: Forwarding
    /// What the WebSocket handshake holds, if the request is one; then the upgrade goes on to the application.
    let handshake: WebSocketHandshake?
    /// The identity's header lines.
    let identity: [UInt8]
    /// The peer's address as text.
    let peer: [UInt8]

    /// Appends the head.
    ///
    /// - Parameters:
    ///   - target: the canonical path and query.
    ///   - pathLength: how many of its bytes are the path.
    ///   - requestID: the request's identifier.
    ///   - fallbackHost: what an HTTP/1.0 request without Host is for.
    func write(
        _ head: borrowing RequestHead, in bytes: RawSpan, target: RawSpan, pathLength: Int, requestID: RawSpan,
        cookies: borrowing CookieScanner, fallbackHost: [UInt8], to output: OutputBuffer
    ) {
        output.append(head.methodRange, of: bytes)
        output.append(byte: UInt8(ascii: " "))
        if let rewrite = route.rewrite {
            rewrite.append(target, pathLength: pathLength, to: output)
        } else {
            output.append(target)
        }
        output.append(" HTTP/1.1\r\nHost: ")
        let host = authority(head)
        if let host { output.append(host, of: bytes) } else { output.append(fallbackHost) }
        output.append("\r\n")
        copyLines(head, bytes, cookies, output)
        if let handshake {
            output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
            let before = output.count
            output.append("Sec-WebSocket-Protocol: ")
            if handshake.appendOffers(of: head, in: bytes, to: output) {
                output.append("\r\n")
            } else {
                output.truncate(to: before)
            }
        }
        appendForwarding(head, bytes, host, fallbackHost, output)
        if let rewrite = route.rewrite { output.append(rewrite.prefixLine) }
        output.append("X-Request-Id: ")
        output.append(requestID)
        output.append("\r\n")
        output.append(identity)
        output.append("\r\n")
    }

    /// The authority as the client spelled it: of the target, or of Host.
    private func authority(_ head: borrowing RequestHead) -> ByteRange? {
        if head.parsedTarget.form == .absolute { return head.parsedTarget.authority }
        return head.first(.host)?.value
    }

    // MARK: Strip

    private func copyLines(
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ cookies: borrowing CookieScanner, _ output: OutputBuffer
    ) {
        // The run of lines that stay as they are, not copied yet.
        var runStart: Int32 = 0
        var runEnd: Int32 = 0
        let hidesTokens = !site.queryParameters.isEmpty
        for line in head.fields {
            if mayPass(line, head, bytes) {
                if hidesTokens, line.known == .other, isAddress(line.name, bytes), holdsToken(line, bytes) {
                    output.append(ByteRange(Int(runStart), Int(runEnd)), of: bytes)
                    runStart = line.lineEnd
                    runEnd = line.lineEnd
                    copyAddress(line, bytes, output)
                    continue
                }
                if line.known == .cookie, cookies.hasMatches {
                    output.append(ByteRange(Int(runStart), Int(runEnd)), of: bytes)
                    runStart = line.lineEnd
                    runEnd = line.lineEnd
                    copyCookies(line, bytes, cookies, output)
                    continue
                }
                if line.name.start != runEnd {
                    output.append(ByteRange(Int(runStart), Int(runEnd)), of: bytes)
                    runStart = line.name.start
                }
                runEnd = line.lineEnd
            }
        }
        output.append(ByteRange(Int(runStart), Int(runEnd)), of: bytes)
    }

    /// Fields in which clients and other proxies tell of addresses.
    private func isAddress(_ name: ByteRange, _ bytes: RawSpan) -> Bool {
        bytes.equalsIgnoringCase(name, "referer") || bytes.equalsIgnoringCase(name, "x-original-url")
            || bytes.equalsIgnoringCase(name, "x-original-uri") || bytes.equalsIgnoringCase(name, "x-rewrite-url")
            || bytes.equalsIgnoringCase(name, "x-forwarded-uri")
    }

    private func holdsToken(_ line: FieldLine, _ bytes: RawSpan) -> Bool {
        site.queryParameters.contains { $0.find(in: bytes, line.value) != .absent }
    }

    /// Copies an address without the parameters that hold tokens.
    private func copyAddress(_ line: FieldLine, _ bytes: RawSpan, _ output: OutputBuffer) {
        output.append(line.name, of: bytes)
        output.append(": ")
        var address = bytes.array(line.value)
        for parameter in site.queryParameters {
            let rest = OutputBuffer(capacity: address.count)
            // The array lives on while it is read.
            if unsafe parameter.appendOthers(of: address.span.bytes, ByteRange(0, address.count), to: rest) {
                address = unsafe rest.bytes.array(ByteRange(0, rest.count))
            }
        }
        output.append(address)
        output.append("\r\n")
    }

    private func copyCookies(
        _ line: FieldLine, _ bytes: RawSpan, _ cookies: borrowing CookieScanner, _ output: OutputBuffer
    ) {
        let before = output.count
        output.append("Cookie: ")
        if cookies.appendOthers(of: line.value, in: bytes, to: output) {
            output.append("\r\n")
        } else {
            output.truncate(to: before)
        }
    }

    /// Whether a field of the client reaches the application as it is.
    @inline(__always)
    private func mayPass(_ line: FieldLine, _ head: borrowing RequestHead, _ bytes: RawSpan) -> Bool {
        switch line.known {
        case .other:
            if !forwarding.isTrusted {
                if isForwardedField(line.name, bytes) { return false }
            } else if route.rewrite != nil, bytes.equalsIgnoringCase(line.name, "x-forwarded-prefix") {
                return false
            }
        case .sallyport, .host, .via, .xRequestID: return false
        case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthorization, .proxyAuthenticate:
            // Of the message's framing, `Transfer-Encoding: chunked` is all that there can be; it is written anew.
            if line.known == .transferEncoding { break }
            return false
        case .xForwardedFor, .forwarded: return false
        case .xForwardedHost, .xForwardedProto, .xForwardedPort, .xRealIP:
            if !forwarding.isTrusted { return false }
        case .authorization:
            if !route.forwardsBearerToken, BearerCredential.candidate(line.value, in: bytes) != nil {
                return false
            }
        case .expect: if !head.expectsContinue { return false }
        case .trailer: if head.framing != .chunked { return false }
        case .secWebSocketProtocol: if handshake != nil { return false }
        default: break
        }
        if site.firewall.contains(line, in: bytes) { return false }
        return !head.isNominated(line, in: bytes) || line.known == .transferEncoding
    }

    /// `X-Forwarded-…`, whatever comes behind it.
    @inline(__always)
    private func isForwardedField(_ name: ByteRange, _ bytes: RawSpan) -> Bool {
        guard name.count > 12 else { return false }
        let start = Int(name.start)
        // `x-forwar` in lower case, first byte in the lowest bits.
        guard bytes.load64(start) | 0x2020_2020_2020_2020 == 0x7261_7772_6f66_2d78 else { return false }
        return bytes.equalsIgnoringCase(ByteRange(start + 8, start + 12), "ded-")
    }

    // MARK: Add

    private func appendForwarding(
        _ head: borrowing RequestHead, _ bytes: RawSpan, _ host: ByteRange?, _ fallbackHost: [UInt8],
        _ output: OutputBuffer
    ) {
        output.append("X-Forwarded-For: ")
        appendChain(.xForwardedFor, head, bytes, output)
        output.append(peer)
        output.append("\r\n")
        if !forwarding.isTrusted || !head.table.contains(.xForwardedProto) {
            output.append(forwarding.isSecure ? "X-Forwarded-Proto: https\r\n" : "X-Forwarded-Proto: http\r\n")
        }
        if !forwarding.isTrusted || !head.table.contains(.xForwardedHost) {
            output.append("X-Forwarded-Host: ")
            if let host { output.append(host, of: bytes) } else { output.append(fallbackHost) }
            output.append("\r\n")
        }
        output.append("Forwarded: ")
        appendChain(.forwarded, head, bytes, output)
        output.append("for=")
        if forwarding.peer.isIPv4 {
            output.append(peer)
        } else {
            output.append("\"[")
            output.append(peer)
            output.append("]\"")
        }
        output.append(";host=\"")
        // A host holds neither quotes nor backslashes.
        if let host { output.append(host, of: bytes) } else { output.append(fallbackHost) }
        output.append(forwarding.isSecure ? "\";proto=https\r\n" : "\";proto=http\r\n")
        output.append("Via: ")
        for line in head.fields where line.known == .via {
            output.append(line.value, of: bytes)
            output.append(", ")
        }
        output.append(
            forwarding.isHTTP2
                ? "2.0 sallyport\r\n" : head.minorVersion == 0 ? "1.0 sallyport\r\n" : "1.1 sallyport\r\n")
    }

    /// What a trusted proxy said already, in front of what we say.
    private func appendChain(
        _ field: KnownField, _ head: borrowing RequestHead, _ bytes: RawSpan, _ output: OutputBuffer
    ) {
        guard forwarding.isTrusted, head.table.contains(field) else { return }
        for line in head.fields where line.known == field && !line.value.isEmpty {
            output.append(line.value, of: bytes)
            output.append(", ")
        }
    }
}
