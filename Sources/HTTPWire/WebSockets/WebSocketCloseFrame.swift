/// A server's close frame (RFC 6455 §5.5.1): a code and a reason, unmasked.
public enum WebSocketCloseFrame {
    /// How many bytes a reason may have: a control frame holds 125 (§5.5), two of which are the code.
    public static let longestReason = 123

    /// Whether a server of somebody else's protocol may send the code (§7.4): 1000 and 1001, a policy's 1008, and those that
    /// are free for libraries and applications.
    public static func isUsable(_ code: Int) -> Bool {
        code == 1000 || code == 1001 || code == 1008 || 3000...4999 ~= code
    }

    /// Appends the frame.
    ///
    /// - Parameter reason: UTF-8; what goes beyond ``longestReason`` bytes is left out.
    public static func append(code: UInt16, reason: String, to output: OutputBuffer) {
        var text = reason
        while text.utf8.count > longestReason { text.removeLast() }
        output.append(byte: 0x88)
        output.append(byte: UInt8(truncatingIfNeeded: 2 + text.utf8.count))
        output.append(byte: UInt8(truncatingIfNeeded: code >> 8))
        output.append(byte: UInt8(truncatingIfNeeded: code))
        output.append(text)
    }
}
