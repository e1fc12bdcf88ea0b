public import HTTPWire

/// Who is told what a client sends on a connection, and asked for what goes back.
///
/// Every method is called from within ``HTTP2Session/receive(_:now:)`` or ``HTTP2Session/produce(into:limit:)``. What is
/// lent is good for the call only. The session's methods that answer, reset and consume may be called from here;
/// `receive` and `produce` may not.
public protocol HTTP2Events: AnyObject {
    /// A request has begun. Its head is given in the one form of HTTP/1.1, as `RequestHeadParser` takes it: what would be
    /// illegal or ambiguous there is refused by that parser, and what was decided on is what can be forwarded.
    ///
    /// - Parameter endsStream: whether nothing comes behind it; ``requestEnded(_:trailers:)`` is called all the same.
    func requestBegan(_ stream: Int32, head: RawSpan, endsStream: Bool)

    /// A request has begun that is refused for its form, with an answer.
    ///
    /// - Parameter isHead: whether its method is HEAD: then the answer has no body.
    func requestRefused(_ stream: Int32, _ flaw: HTTPParseError, isHead: Bool)

    /// Bytes of a request's body. They count against the client's window until ``HTTP2Session/consume(_:of:)``.
    func bodyReceived(_ stream: Int32, _ bytes: RawSpan)

    /// The client has sent all of a request.
    ///
    /// - Parameter trailers: trailer lines and the empty line behind them; empty without any.
    func requestEnded(_ stream: Int32, trailers: RawSpan)

    /// A stream is over: both sides have ended it, or one has reset it.
    func streamClosed(_ stream: Int32, _ code: HTTP2ErrorCode)

    /// How much of an answer's body may go out now.
    func bodySupply(of stream: Int32, most: Int) -> HTTP2BodySupply

    /// Appends the next bytes of an answer's body, as many as ``bodySupply(of:most:)`` said last.
    func appendBody(of stream: Int32, count: Int, to output: OutputBuffer)
}
