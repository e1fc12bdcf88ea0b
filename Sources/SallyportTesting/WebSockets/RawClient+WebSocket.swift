extension RawClient {
    /// Asks for a WebSocket and reads the answer to the end of its head; a refusal with its body.
    ///
    /// - Parameters:
    ///   - subprotocols: the value of `Sec-WebSocket-Protocol`; none if nil.
    ///   - early: bytes sent behind the head before any answer.
    public func openWebSocket(
        _ target: String = "/", _ fields: [(String, String)] = [], subprotocols: String? = nil, early: [UInt8] = []
    ) throws(SocketFailure) -> RawResponse {
        var all = [
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", WebSocketKey.sample),
        ]
        if let subprotocols { all.append(("Sec-WebSocket-Protocol", subprotocols)) }
        try send(MessageText.request("GET", target, all + fields) + early)
        let response = try response()
        if response.status == 101 {
            let accept = response.header("sec-websocket-accept")
            guard accept == WebSocketKey.acceptance(of: WebSocketKey.sample) else {
                throw .malformed("a Sec-WebSocket-Accept: \(accept ?? "none")")
            }
        }
        return response
    }

    /// Sends a frame, masked.
    public func send(_ frame: WebSocketFrame) throws(SocketFailure) { try send(frame.bytes(isMasked: true)) }

    /// Reads the next frame.
    public func frame() throws(SocketFailure) -> WebSocketFrame { try reader.webSocketFrame() }
}
