/// An error code of RFC 9113 §7; unknown ones have no special meaning and keep their number.
public struct HTTP2ErrorCode: RawRepresentable, Sendable, Hashable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The condition is no error: a graceful end.
    public static let none = HTTP2ErrorCode(rawValue: 0x0)
    /// The peer breaks the protocol.
    public static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
    /// We failed.
    public static let internalError = HTTP2ErrorCode(rawValue: 0x2)
    /// The peer broke flow control.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
    /// A frame came on a stream that is closed on that side.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
    /// A frame has a size that it must not have.
    public static let frameSizeError = HTTP2ErrorCode(rawValue: 0x6)
    /// The stream was refused before anything was done for it.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
    /// The stream is not wanted any more.
    public static let cancel = HTTP2ErrorCode(rawValue: 0x8)
    /// The compression state cannot be kept.
    public static let compressionError = HTTP2ErrorCode(rawValue: 0x9)
    /// The tunnel's other side broke.
    public static let connectError = HTTP2ErrorCode(rawValue: 0xa)
    /// The peer makes more work than a client has.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xb)
}
