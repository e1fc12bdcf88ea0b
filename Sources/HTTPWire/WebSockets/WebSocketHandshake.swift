/// A client's opening handshake, checked (RFC 6455 §4.2.1), with the token taken out of its subprotocols.
///
/// Browsers cannot set Authorization on a WebSocket, so the token travels as the subprotocol `bearer.TOKEN`. It is
/// not forwarded: the application sees the other offers, by ``appendOffers(of:in:to:)``, and chooses among them.
public struct WebSocketHandshake: Sendable, Equatable {
    /// Sec-WebSocket-Key: 24 bytes of base64.
    public var key: ByteRange
    /// The token of `bearer.TOKEN`.
    public var token: ByteRange?
    /// How many subprotocols are offered beside the token.
    public var offerCount: Int
    /// `bearer.TOKEN` as offered.
    var tokenOffer: ByteRange?

    /// Whether a request asks for a WebSocket and nothing else: an upgrade whose only protocol is `websocket`. Of a
    /// list (`websocket, h2c`) we would have to choose, so it is taken for none.
    public static func isRequested(_ head: borrowing RequestHead, in bytes: RawSpan) -> Bool {
        guard head.isUpgrade, head.count(of: .upgrade) == 1, let upgrade = head.first(.upgrade) else { return false }
        return bytes.equalsIgnoringCase(upgrade.value, "websocket")
    }

    /// Checks a request.
    public static func parse(_ head: borrowing RequestHead, in bytes: RawSpan) throws(WebSocketRefusal)
        -> WebSocketHandshake
    {
        guard head.method == .get else { throw .method }
        guard isRequested(head, in: bytes) else { throw .notAnUpgrade }
        guard head.count(of: .secWebSocketVersion) == 1, let version = head.first(.secWebSocketVersion),
            bytes.equals(version.value, "13")
        else { throw .version }
        guard head.count(of: .secWebSocketKey) == 1, let key = head.first(.secWebSocketKey),
            isNonce(key.value, bytes)
        else { throw .key }
        var handshake = WebSocketHandshake(key: key.value, token: nil, offerCount: 0, tokenOffer: nil)
        try handshake.readOffers(head.table, bytes)
        return handshake
    }

    private mutating func readOffers(_ table: borrowing FieldTable, _ bytes: RawSpan) throws(WebSocketRefusal) {
        guard table.contains(.secWebSocketProtocol) else { return }
        for line in table.lines where line.known == .secWebSocketProtocol {
            var offers = ListElements(line.value)
            while let offer = offers.next(in: bytes) {
                // A b64token may hold `/` and `=`, which no subprotocol's name may: those are malformed here.
                for offset in offer.range where !ByteClass.is(bytes.byte(offset), ByteClass.token) {
                    throw Self.isTokenOffer(offer, bytes) ? .malformedToken : .protocols
                }
                guard Self.isTokenOffer(offer, bytes) else {
                    offerCount += 1
                    continue
                }
                let found = ByteRange(Int(offer.start) + 7, Int(offer.end))
                guard BearerCredential.isToken(found, in: bytes) else { throw .malformedToken }
                if let token, !bytes.equals(token, found) { throw .conflictingTokens }
                token = found
                tokenOffer = offer
            }
        }
    }

    /// Appends the list of offers without the token, for the upstream.
    ///
    /// - Returns: whether anything is left; if not, the field is not sent.
    public func appendOffers(of head: borrowing RequestHead, in bytes: RawSpan, to output: OutputBuffer) -> Bool {
        var isFirst = true
        for line in head.fields where line.known == .secWebSocketProtocol {
            var offers = ListElements(line.value)
            while let offer = offers.next(in: bytes) {
                if Self.isTokenOffer(offer, bytes) { continue }
                if !isFirst { output.append(", ") }
                output.append(offer, of: bytes)
                isFirst = false
            }
        }
        return !isFirst
    }

    static func isTokenOffer(_ offer: ByteRange, _ bytes: RawSpan) -> Bool {
        guard offer.count >= 7 else { return false }
        return bytes.equalsIgnoringCase(ByteRange(Int(offer.start), Int(offer.start) + 7), "bearer.")
    }

    /// 16 bytes in base64 (RFC 6455 §4.1): 22 digits, the last of which has four bits to spare, and `==`.
    private static func isNonce(_ key: ByteRange, _ bytes: RawSpan) -> Bool {
        guard key.count == 24 else { return false }
        let start = Int(key.start)
        for index in 0..<22 {
            let byte = bytes.byte(start + index)
            let isLetter = ASCII.lowercased(byte) &- 0x61 < 26
            guard isLetter || ASCII.isDigit(byte) || byte == UInt8(ascii: "+") || byte == ASCII.slash else {
                return false
            }
        }
        return bytes.byte(start + 22) == ASCII.equals && bytes.byte(start + 23) == ASCII.equals
    }
}
