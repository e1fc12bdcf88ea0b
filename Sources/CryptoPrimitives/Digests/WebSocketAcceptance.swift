internal import COpenSSL

/// The answer to a WebSocket handshake's key (RFC 6455 §4.2.2): base64 of the SHA-1 of the key and a fixed text.
///
/// SHA-1 keeps no secret here; the RFC uses it to tell a WebSocket server from one that happens to answer.
public enum WebSocketAcceptance {
    /// The length of the value in bytes.
    public static let byteCount = 28

    /// The value of Sec-WebSocket-Accept for a key, which is taken as it stands: ``byteCount`` bytes of base64.
    public static func value(forKey key: Span<UInt8>) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(key.count + 36)
        for index in key.indices { message.append(key[index]) }
        message.append(contentsOf: "258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        // SHA-1 fills exactly the 20 bytes; hashing bytes in memory fails only in a build without it.
        let isHashed = unsafe EVP_Q_digest(nil, "SHA1", nil, message, message.count, &digest, nil)
        precondition(isHashed == 1, "the cryptographic library lacks SHA-1")
        // 20 bytes become 28 and a NUL byte.
        var text = [UInt8](repeating: 0, count: byteCount + 1)
        _ = unsafe EVP_EncodeBlock(&text, digest, 20)
        text.removeLast()
        return text
    }
}
