internal import EventIO
internal import HTTPWire

/// The client's side of an exchange: a connection that serves one request after the other, or one stream of many on a
/// connection. To the exchange they are one thing.
///
/// An enum of two final classes instead of a protocol or a base class: the case costs a bit test, and nothing is called
/// through a table on the way of an HTTP/1.1 request.
enum Downstream {
    /// HTTP/1.1.
    case connection(DownstreamConnection)
    /// HTTP/2.
    case stream(DownstreamStream)

    /// Whether it is a stream: then bodies have no framing of their own, and the end of one is not the connection's.
    @inline(__always)
    var isStream: Bool {
        if case .stream = self { true } else { false }
    }

    /// Whether both are the same connection; streams serve one request each.
    @inline(__always)
    func isSame(as other: Downstream) -> Bool {
        if case (.connection(let own), .connection(let another)) = (self, other) { own === another } else { false }
    }

    /// The connection that it is, or that carries the stream.
    @inline(__always)
    var connection: DownstreamConnection {
        switch self {
        case .connection(let connection): connection
        case .stream(let stream): stream.multiplexer.connection
        }
    }

    /// The client's address; loopback for a Unix socket.
    var peer: IPAddress { connection.peer }

    /// How many requests the connection has served, this one included.
    var requestCount: Int { connection.requestCount }

    /// When the time is over that the client has; `Int64.max` where nothing is waited for.
    var dueAt: Int64 {
        switch self {
        case .connection(let connection): connection.dueAt
        case .stream(let stream): stream.dueAt
        }
    }

    /// Whether the client has not taken all that was said.
    var isOutputWaiting: Bool {
        switch self {
        case .connection(let connection): connection.isOutputWaiting
        case .stream(let stream): stream.isOutputWaiting
        }
    }

    // MARK: Writing

    /// Writes a head or a part of a body, and behind it some bytes that need no copy; keeps what the client does not take.
    ///
    /// - Returns: false if the client is gone.
    @inline(__always)
    func write(_ head: OutputBuffer, _ body: RawSpan) -> Bool {
        switch self {
        case .connection(let connection): connection.write(head, body)
        case .stream(let stream): stream.write(head, body)
        }
    }

    /// Writes a buffer.
    func write(_ bytes: OutputBuffer) -> Bool { write(bytes, RawSpan()) }

    /// Keeps trailers of the application's answer for the body's end. In HTTP/1.1 they are a part of a chunked body.
    func keepTrailers(of decoder: ChunkedDecoder) {
        if case .stream(let stream) = self { stream.keepTrailers(of: decoder) }
    }

    /// Whether so much waits for the client that the application has to wait too.
    @inline(__always)
    var hasOutput: Bool {
        switch self {
        case .connection(let connection): connection.hasOutput
        case .stream(let stream): stream.hasOutput
        }
    }

    /// Whether anything at all waits for the client; then the exchange is told when less does.
    var hasPendingOutput: Bool {
        switch self {
        case .connection(let connection): connection.hasOutput
        case .stream(let stream): stream.hasPendingOutput
        }
    }

    /// How many bytes an application's answer may bring at once.
    @inline(__always)
    func slice(_ scratch: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        switch self {
        case .connection: unsafe scratch
        case .stream(let stream): unsafe stream.slice(scratch)
        }
    }

    /// Tells the client that no more bytes come.
    func endSending() {
        switch self {
        case .connection(let connection): connection.endSending()
        case .stream(let stream): stream.endSending()
        }
    }

    // MARK: Reading

    /// Whether the exchange is told of bytes that come.
    var isReading: Bool {
        switch self {
        case .connection(let connection): connection.isReading
        case .stream(let stream): stream.isReading
        }
    }

    /// Has the exchange told of bytes that come.
    func startReading() {
        switch self {
        case .connection(let connection): connection.startReading()
        case .stream(let stream): stream.startReading()
        }
    }

    /// The client has to wait.
    func stopReading() {
        switch self {
        case .connection(let connection): connection.stopReading()
        case .stream(let stream): stream.stopReading()
        }
    }

    /// Reads what is there, up to the buffer's size.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> ReceiveResult {
        switch self {
        case .connection(let connection): unsafe connection.receive(into: buffer)
        case .stream(let stream): unsafe stream.receive(into: buffer)
        }
    }

    /// Whether bytes of the client were read and not taken.
    var hasInput: Bool {
        switch self {
        case .connection(let connection): connection.hasInput
        case .stream(let stream): stream.hasInput
        }
    }

    /// Lends what was read and not taken to an exchange, which says how much of it it has taken.
    func withInput(_ body: (RawSpan) -> Int) {
        switch self {
        case .connection(let connection): connection.withInput(body)
        case .stream(let stream): stream.withInput(body)
        }
    }

    /// Reads further while a request is served whose bytes have all come.
    ///
    /// - Returns: false if the client is gone.
    func readAhead() -> Bool {
        switch self {
        case .connection(let connection): connection.readAhead()
        case .stream: true
        }
    }

    /// Keeps what has come behind the request that was read to its end just now; nothing does on a stream.
    func keepNext(_ bytes: RawSpan, from offset: Int) {
        if case .connection(let connection) = self { connection.keepNext(bytes, from: offset) }
    }

    /// The client sends no more; it may still want its answer.
    func noteEnd() {
        switch self {
        case .connection(let connection): connection.noteEnd()
        case .stream(let stream): stream.stopReading()
        }
    }

    /// Whether the client sends no more.
    var peerHasEnded: Bool {
        switch self {
        case .connection(let connection): connection.peerHasEnded
        case .stream(let stream): stream.peerHasEnded
        }
    }

    // MARK: Time

    /// Waits for something of the client, for so long.
    func wait(_ milliseconds: Int64) {
        switch self {
        case .connection(let connection): connection.loop.setDeadline(of: connection, afterMilliseconds: milliseconds)
        case .stream(let stream): stream.wait(milliseconds)
        }
    }

    /// Ends the wait for something of the client; bytes that it has to take keep their time.
    func suspendWait() {
        switch self {
        case .connection(let connection): connection.suspendWait()
        case .stream(let stream): stream.suspendWait()
        }
    }

    // MARK: End

    /// The exchange is over and its answer was written, or waits to be.
    func exchangeEnded(keepsAlive: Bool) {
        switch self {
        case .connection(let connection): connection.exchangeEnded(keepsAlive: keepsAlive)
        case .stream(let stream): stream.exchangeEnded()
        }
    }

    /// The exchange is over and its answer is not whole: the client must not take it for one.
    ///
    /// - Parameter looksWhole: whether the end of the connection would make it look so.
    func abort(looksWhole: Bool) {
        switch self {
        case .connection(let connection):
            if looksWhole { connection.abortOnClose() }
            connection.end()
        case .stream(let stream): stream.abort()
        }
    }
}
