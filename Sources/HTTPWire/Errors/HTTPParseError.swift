/// A message, or a part of one, that we refuse: what is wrong and where. It never holds bytes of the peer.
public struct HTTPParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which message was refused; it decides who is told what.
    public enum Message: UInt8, Sendable {
        /// A request: the client made the mistake.
        case request
        /// A response: the upstream made it, and the client gets 502.
        case response
    }

    /// What is wrong.
    public var kind: Kind
    /// Which message it is in.
    public var message: Message
    /// The offset of the byte at which it was noticed, in the buffer that was parsed.
    public var offset: Int

    /// A refusal.
    @inlinable
    public init(_ kind: Kind, in message: Message = .request, at offset: Int) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }

    /// The status that the client gets: of the kind for a request, 502 for a response (RFC 9110 §15.6.3).
    public var status: Int { message == .response ? 502 : kind.status }

    /// One sentence for the answer and the log.
    public var sentence: String { kind.sentence }

    public var description: String { "\(message) refused at byte \(offset): \(kind.sentence)" }
}
