import CryptoPrimitives
import HTTPWire

/// The answer to an opening handshake for `/echo` (RFC 6455 §4.2.2).
enum WebSocketOpening {
    /// 101 with the acceptance, and with the subprotocol `echo` where it was offered.
    static func response(to handshake: WebSocketHandshake, of request: DemoRequest, in bytes: RawSpan) -> DemoResponse {
        // The key's bytes are lent for the length of the copy.
        let key = unsafe bytes.bytes(handshake.key).withUnsafeBytes { unsafe [UInt8]($0) }
        let acceptance = WebSocketAcceptance.value(forKey: key.span)
        var response = DemoResponse(.switchingProtocols)
        response.add("Upgrade", "websocket")
        response.add("Connection", "Upgrade")
        response.add("Sec-WebSocket-Accept", String(decoding: acceptance, as: UTF8.self))
        if offersEcho(request) { response.add("Sec-WebSocket-Protocol", "echo") }
        return response
    }

    private static func offersEcho(_ request: DemoRequest) -> Bool {
        request.fields.contains { field in
            field.isNamed("sec-websocket-protocol")
                && field.text.split(separator: ",").contains { offer in
                    offer.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" } == "echo"
                }
        }
    }
}
