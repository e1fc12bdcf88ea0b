import HTTPWire

/// One connection of the demo application: HTTP/1.1 with keep-alive, then perhaps a WebSocket. A state machine without
/// I/O: bytes in, bytes out.
struct DemoConnection: ~Copyable {
    /// What the connection waits for.
    enum Step: Sendable, Equatable {
        /// More bytes from the peer.
        case needInput
        /// That the peer reads what was written; call ``advance(_:)`` again then.
        case needDrain
        /// Nothing more: the connection ends after what was written.
        case close
    }

    private enum State {
        case head
        case body(DemoRequest)
        case webSocket
        case closed
    }

    /// The largest body that is taken: forms are small.
    static let bodyLimit = 16 * 1024
    /// With so much waiting for the peer, nothing more is answered.
    static let outputLimit = 256 * 1024
    private static let limits = HeadLimits()

    private let site: DemoSite
    private var state = State.head
    /// The body of the request that is being read.
    private var body = DemoBody(.none)
    /// The WebSocket, once there is one.
    private var echo = WebSocketEcho()
    /// Bytes that nobody has used; ``used`` of them are done with.
    private var input: [UInt8] = []
    private var used = 0
    private var head = RequestHead()
    /// The request's ``RequestHead/keepsAlive``.
    private var keepsAlive = true

    /// A connection to a site.
    init(site: DemoSite) {
        self.site = site
    }

    /// Takes bytes from the peer.
    mutating func receive(_ bytes: UnsafeRawBufferPointer, to output: OutputBuffer) -> Step {
        if used > 0 {
            input.removeSubrange(..<used)
            used = 0
        }
        // The bytes are lent for the length of the call, and copied.
        unsafe input.append(contentsOf: bytes)
        return advance(output)
    }

    /// Goes on as far as the bytes at hand allow.
    mutating func advance(_ output: OutputBuffer) -> Step {
        while true {
            guard output.count < Self.outputLimit else { return .needDrain }
            switch state {
            case .head: if let step = readHead(output) { return step }
            case .body(let request): if let step = readBody(of: request, output) { return step }
            case .webSocket: if let step = readFrame(output) { return step }
            case .closed: return .close
            }
        }
    }

    /// - Returns: nil when there is more to do at once.
    private mutating func readHead(_ output: OutputBuffer) -> Step? {
        guard used < input.count else { return .needInput }
        do throws(HTTPParseError) {
            let rest = input[used...]
            // A span of UInt8 has no padding.
            let bytes = unsafe rest.span.bytes
            guard try RequestHeadParser.parse(bytes, limits: Self.limits, into: &head) == .complete else {
                return .needInput
            }
            used += head.headLength
            keepsAlive = head.keepsAlive
            let request = DemoRequest(head, in: bytes)
            if request.path == "/echo", WebSocketHandshake.isRequested(head, in: bytes) {
                return open(request, bytes, output)
            }
            if head.expectsContinue, used == input.count { output.append("HTTP/1.1 100 Continue\r\n\r\n") }
            body = DemoBody(head.framing)
            state = .body(request)
            return nil
        } catch {
            return refuse(.text(.badRequest, error.sentence), output)
        }
    }

    private mutating func open(_ request: DemoRequest, _ bytes: RawSpan, _ output: OutputBuffer) -> Step? {
        do throws(WebSocketRefusal) {
            let handshake = try WebSocketHandshake.parse(head, in: bytes)
            WebSocketOpening.response(to: handshake, of: request, in: bytes).write(to: output, omitsBody: false)
            state = .webSocket
            return nil
        } catch {
            let status = error == .version ? DemoResponse.Status.upgradeRequired : .badRequest
            return refuse(.text(status, error.sentence).adding("Sec-WebSocket-Version", "13"), output)
        }
    }

    private mutating func readBody(of request: DemoRequest, _ output: OutputBuffer) -> Step? {
        switch body.take(input[used...], limit: Self.bodyLimit) {
        case .needMore(let consumed):
            used += consumed
            return .needInput
        case .tooLarge: return refuse(.text(.contentTooLarge, "The body is too large."), output)
        case .malformed: return refuse(.text(.badRequest, "The body is malformed."), output)
        case .whole(let consumed):
            used += consumed
            var request = request
            request.body = body.bytes
            answer(request, output)
            return nil
        }
    }

    private mutating func answer(_ request: DemoRequest, _ output: OutputBuffer) {
        let response = site.respond(to: request)
        let connection: StaticString? = !keepsAlive ? "close" : head.minorVersion == 0 ? "keep-alive" : nil
        response.write(to: output, omitsBody: request.method == .head, connection: connection)
        state = keepsAlive ? .head : .closed
    }

    private mutating func readFrame(_ output: OutputBuffer) -> Step? {
        switch echo.next(input[used...], to: output) {
        case .needMore: return .needInput
        case .consumed(let count): used += count
        case .closed: state = .closed
        }
        return nil
    }

    /// Answers what cannot be followed by another request.
    private mutating func refuse(_ response: DemoResponse, _ output: OutputBuffer) -> Step {
        response.write(to: output, omitsBody: false, connection: "close")
        state = .closed
        return .close
    }
}
