/// The head of a request: ranges of the buffer that it was parsed from, and what they mean.
///
/// One value is reused for all requests of a loop: its memory stays. It is valid only after
/// ``RequestHeadParser/parse(_:limits:into:)-(RawSpan,_,_)`` said ``HeadProgress/complete``, and only for those bytes.
/// All that HTTP/1.1 demands of a head was checked then; nothing in it is ambiguous. It cannot be copied: a copy would cost
/// more than most of what is read of it.
public struct RequestHead: ~Copyable, Sendable {
    /// The method.
    public internal(set) var method: HTTPMethod = .get
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    public internal(set) var minorVersion: UInt8 = 1
    /// How the body's end is known: `.none`, `.length` or `.chunked`.
    public internal(set) var framing: BodyFraming = .none
    /// What the Connection field says.
    public internal(set) var connectionOptions: ConnectionOptions = []
    /// Whether the client waits for 100 (Continue) before it sends the body (RFC 9110 §10.1.1). Never for HTTP/1.0,
    /// and never without a body.
    public internal(set) var expectsContinue = false
    /// Whether the client asks to switch protocols: HTTP/1.1, `Connection: upgrade`, an Upgrade field, and no body. A
    /// request with a body is answered as if it had not asked (RFC 9110 §7.8 leaves it to us): its body could hold
    /// bytes of the other protocol.
    public internal(set) var isUpgrade = false
    /// The method as spelled.
    public internal(set) var methodRange: ByteRange = .empty
    /// The request target as received.
    public internal(set) var target: ByteRange = .empty
    /// The target's parts.
    public internal(set) var parsedTarget = RequestTarget(form: .origin, pathAndQuery: .empty)
    /// Host and port that the request is for: from the target's authority or from Host, which agree. nil for HTTP/1.0
    /// without either.
    public internal(set) var authority: Authority?
    /// Length of the head with the empty line, and with the empty line before the request line where there was one.
    public internal(set) var headLength = 0
    /// The field lines.
    public internal(set) var table = FieldTable()

    /// A head to parse into.
    public init() {
        table.reserve(32)
    }

    /// The field lines in order.
    @inlinable
    public var fields: [FieldLine] { table.lines }

    /// The first line of a known field.
    @inlinable
    public func first(_ known: KnownField) -> FieldLine? { table.first(known) }

    /// How many lines of a known field there are.
    @inlinable
    public func count(of known: KnownField) -> Int { table.count(of: known) }

    /// Whether the client nominates this field as hop-by-hop (RFC 9110 §7.6.1), and may.
    @inlinable
    public func isNominated(_ field: FieldLine, in bytes: RawSpan) -> Bool {
        connectionOptions.contains(.nominatesOthers) && table.nominates(field, in: bytes)
    }

    /// Whether the connection may carry another request after this one (RFC 9112 §9.3).
    public var keepsAlive: Bool {
        if connectionOptions.contains(.close) { return false }
        return minorVersion >= 1 || connectionOptions.contains(.keepAlive)
    }

    /// Whether there is a body, even an empty one.
    public var hasBody: Bool { framing != .none && framing != .length(0) }
}
