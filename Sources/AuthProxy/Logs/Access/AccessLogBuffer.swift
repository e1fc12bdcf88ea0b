internal import HTTPWire

/// The access log of one loop: lines are written into memory of the loop's own and handed to the ``LogWriter`` in
/// batches, so that a line costs neither a lock nor an allocation.
///
/// It lives on its loop's thread. The loop calls ``flush()`` from a timer (every 100 to 200 ms) and when it ends.
public final class AccessLogBuffer {
    /// A batch is handed over when it has so many bytes.
    public static let batchBytes = 32 * 1024

    private let writer: LogWriter
    private let style: LogStyle
    private let output = OutputBuffer(capacity: 48 * 1024, retainedCapacity: 64 * 1024)
    private let addresses = AddressTexts()
    private var lines = 0
    private var timestamp = LogTimestamp()

    /// Whether lines go nowhere; then `append` does nothing, and the caller need not gather what it takes.
    public let isOff: Bool

    /// A buffer for one loop.
    public init(_ writer: LogWriter) {
        self.writer = writer
        style = writer.styles.access
        isOff = writer.queue.isOff(.access)
    }

    deinit { flush() }

    /// Whether no line waits to be handed over.
    public var isEmpty: Bool { lines == 0 }

    /// Writes one line. Texts may hold any bytes; they are escaped, and cut where they are longer than a sane one. An
    /// empty one leaves its member out. None may hold a query, a cookie or a token.
    ///
    /// - Parameters:
    ///   - entry: the numbers.
    ///   - method: as received.
    ///   - path: the path without its query.
    ///   - host: the host that the request is for.
    ///   - requestID: the value of X-Request-Id.
    ///   - route: the route and its upstream.
    ///   - identity: whose token it was.
    public func append(
        _ entry: AccessLogEntry, method: RawSpan, path: RawSpan, host: RawSpan, requestID: RawSpan,
        route: AccessLogMembers?, identity: AccessLogMembers?
    ) {
        guard !isOff else { return }
        switch style {
        case .json:
            AccessLine.appendJSON(
                entry, &timestamp, addresses, to: output, method: method, path: path, host: host,
                requestID: requestID, route: route, identity: identity)
        case .human(let colours):
            AccessLine.appendHuman(
                entry, &timestamp, colours: colours, to: output, method: method, path: path, host: host,
                route: route, identity: identity)
        }
        lines += 1
        if output.count >= Self.batchBytes { flush() }
    }

    /// Hands the lines over to the writer: one lock and one copy of the batch.
    public func flush() {
        guard lines > 0 else { return }
        writer.queue.submit(output, lines: lines, to: .access)
        output.removeAll()
        lines = 0
    }
}
