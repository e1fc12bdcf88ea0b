/// The upstream's 101, checked against what it was offered (RFC 6455 §4.2.2), and the subprotocol that the client is
/// told.
public enum WebSocketAnswer: Sendable, Equatable {
    /// The client gets this subprotocol: a range of the response's bytes.
    case chosen(ByteRange)
    /// The application chose none. The client offered nothing but its token, and browsers drop a connection without
    /// any answer to an offer: it gets its own offer back, a range of the request's bytes.
    case tokenOffer(ByteRange)
    /// The application chose none.
    case none

    /// Checks a response to a forwarded handshake.
    ///
    /// A server that answers `bearer.…` names what it was never offered: refused, as is every other such choice.
    /// Whether Sec-WebSocket-Accept holds the right digest is for the caller, who has SHA-1; here it must be there
    /// once.
    public static func parse(
        _ response: borrowing ResponseHead, in responseBytes: RawSpan,
        to handshake: WebSocketHandshake, of request: borrowing RequestHead, in requestBytes: RawSpan
    ) throws(WebSocketRefusal) -> WebSocketAnswer {
        guard response.isUpgrade, response.count(of: .upgrade) == 1, let upgrade = response.first(.upgrade),
            responseBytes.equalsIgnoringCase(upgrade.value, "websocket"),
            response.count(of: .secWebSocketAccept) == 1
        else { throw .acceptance }
        guard let line = response.first(.secWebSocketProtocol) else {
            if handshake.offerCount == 0, let offer = handshake.tokenOffer { return .tokenOffer(offer) }
            return .none
        }
        guard response.count(of: .secWebSocketProtocol) == 1 else { throw .protocolNotOffered }
        for candidate in request.fields where candidate.known == .secWebSocketProtocol {
            var offers = ListElements(candidate.value)
            while let offer = offers.next(in: requestBytes) {
                if WebSocketHandshake.isTokenOffer(offer, requestBytes) { continue }
                if isEqual(offer, requestBytes, line.value, responseBytes) { return .chosen(line.value) }
            }
        }
        throw .protocolNotOffered
    }

    private static func isEqual(_ left: ByteRange, _ leftBytes: RawSpan, _ right: ByteRange, _ rightBytes: RawSpan)
        -> Bool
    {
        guard left.count == right.count else { return false }
        for index in 0..<left.count
        where leftBytes.byte(Int(left.start) + index) != rightBytes.byte(Int(right.start) + index) {
            return false
        }
        return true
    }
}
