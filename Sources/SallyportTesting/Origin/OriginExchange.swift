/// One request at a ``TestOrigin`` while it is under way, for scripts that do more than answer: the head is there, the
/// body is not read yet. It belongs to its connection's thread.
public final class OriginExchange {
    /// The request; its body is empty until ``readBody()``.
    public private(set) var request: RecordedRequest
    /// Reads what the proxy sends.
    public let reader: WireReader
    /// What happens to the connection when the script returns.
    public var ending = OriginAnswer.Ending.keepAlive
    private var isBodyRead = false
    /// Told of the request with its body, before it is answered.
    var whenBodyIsRead: ((RecordedRequest) -> Void)?

    init(_ request: RecordedRequest, _ reader: WireReader) {
        self.request = request
        self.reader = reader
    }

    /// Reads the whole body and gives the request with it.
    @discardableResult
    public func readBody() throws(SocketFailure) -> RecordedRequest {
        if !isBodyRead {
            isBodyRead = true
            try reader.body(of: &request)
            whenBodyIsRead?(request)
        }
        return request
    }

    /// Sends bytes.
    public func send(_ bytes: [UInt8]) throws(SocketFailure) { try reader.socket.send(bytes) }

    /// Sends text as UTF-8.
    public func send(_ text: String) throws(SocketFailure) { try send(Array(text.utf8)) }

    /// Does what an answer says.
    public func perform(_ answer: OriginAnswer) throws(SocketFailure) {
        for (index, piece) in answer.pieces.enumerated() {
            try send(piece)
            if index < answer.gates.count { try answer.gates[index].wait() }
        }
        ending = answer.ending
    }

    /// Accepts the upgrade to WebSocket (RFC 6455 §4.2.2), and sends every byte back until the peer ends.
    ///
    /// - Parameter subprotocol: the one to choose; none if nil.
    public func acceptWebSocketAndEcho(subprotocol: String? = nil) throws(SocketFailure) {
        try acceptWebSocket(subprotocol: subprotocol)
        while true {
            let bytes = try reader.some()
            if bytes.isEmpty { break }
            try send(bytes)
        }
        ending = .close
    }

    /// Accepts the upgrade to WebSocket and leaves the connection to the script.
    public func acceptWebSocket(subprotocol: String? = nil) throws(SocketFailure) {
        guard let key = request.header("sec-websocket-key") else { throw .malformed("no Sec-WebSocket-Key") }
        var head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head += "Sec-WebSocket-Accept: \(WebSocketKey.acceptance(of: key))\r\n"
        if let subprotocol { head += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
        try send(head + "\r\n")
        ending = .close
    }
}
