internal import EventIO
internal import HTTPWire

/// What the access log says about an exchange, copied from its head: some two hundred bytes.
struct ExchangeRecord: ~Copyable {
    /// Method, path, host and identifier, one after the other.
    let bytes = OutputBuffer(capacity: 512, retainedCapacity: 4096)
    private(set) var method = ByteRange.empty
    private(set) var path = ByteRange.empty
    private(set) var host = ByteRange.empty
    private(set) var requestID = ByteRange.empty
    /// The User-Agent field's value, on routes that may issue sessions; nil for a request without one.
    private(set) var userAgent: ByteRange?
    /// The Origin field's value where the route's CORS rules allow it; nil for none.
    private(set) var allowedOrigin: ByteRange?
    /// Points of time in microseconds of the monotonic clock; 0 for those that were not reached.
    var startedAt: Int64 = 0
    var decidedAt: Int64 = 0
    var connectStartedAt: Int64 = 0
    var connectedAt: Int64 = 0
    var firstByteAt: Int64 = 0

    /// Begins anew for another request.
    mutating func reuse() {
        bytes.removeAll()
        method = .empty
        path = .empty
        host = .empty
        requestID = .empty
        userAgent = nil
        allowedOrigin = nil
        startedAt = 0
        decidedAt = 0
        connectStartedAt = 0
        connectedAt = 0
        firstByteAt = 0
    }

    mutating func set(method range: ByteRange, of head: RawSpan) { method = add(range, head) }
    mutating func set(path range: ByteRange, of target: RawSpan) { path = add(range, target) }
    mutating func set(host range: ByteRange, of head: RawSpan) { host = add(range, head) }

    mutating func set(allowedOrigin range: ByteRange, of head: RawSpan) { allowedOrigin = add(range, head) }

    mutating func set(userAgent range: ByteRange?, of head: RawSpan) { userAgent = range.map { add($0, head) } }

    /// Takes over a trusted proxy's identifier.
    mutating func set(requestID range: ByteRange, of head: RawSpan) { requestID = add(range, head) }

    /// Makes an identifier.
    mutating func makeRequestID(_ source: inout RequestID) {
        let start = bytes.count
        source.appendNext(to: bytes)
        requestID = ByteRange(start, bytes.count)
    }

    /// The identifier as text, off the hot path.
    var requestIDText: String { unsafe bytes.bytes.string(requestID) }

    /// The User-Agent as text, off the hot path.
    var userAgentText: String? { userAgent.map { unsafe bytes.bytes.string($0) } }

    /// The allowed origin as text, off the hot path.
    var allowedOriginText: String? { allowedOrigin.map { unsafe bytes.bytes.string($0) } }

    private mutating func add(_ range: ByteRange, _ source: RawSpan) -> ByteRange {
        let start = bytes.count
        bytes.append(range, of: source)
        return ByteRange(start, bytes.count)
    }
}
