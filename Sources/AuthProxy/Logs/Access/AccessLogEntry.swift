public import HTTPWire

/// The numbers of one request's line in the access log. Times are in microseconds; a negative number means "does not
/// apply" and leaves the member out.
public struct AccessLogEntry: Sendable {
    /// When the request's head was complete, in microseconds since 1970-01-01T00:00:00Z.
    public var time: Int64
    /// The status that the client got; 0 if it left before there was one.
    public var status: Int = 0
    /// The request's protocol, such as `HTTP/1.1`.
    public var protocolVersion: StaticString = "HTTP/1.1"
    /// The version of TLS that the client speaks with us; empty without.
    public var tlsVersion: StaticString = ""
    /// The client's address; nil for a Unix socket.
    public var client: IPAddress?
    /// Bytes of the request's body.
    public var bytesIn: Int64 = 0
    /// Bytes of the answer's body.
    public var bytesOut: Int64 = 0
    /// From the first byte of the head to the last of the answer.
    public var duration: Int64 = 0
    /// To decide about the credential, with a refresh where there was one.
    public var authentication: Int64 = -1
    /// To get a connection to the upstream; 0 for a pooled one.
    public var upstreamConnect: Int64 = -1
    /// From the request's last byte to the first byte of the upstream's answer.
    public var upstreamFirstByte: Int64 = -1
    /// From there to its last byte.
    public var upstreamBody: Int64 = -1
    /// What was decided about the credential; nil if it did not come to that.
    public var verdict: VerdictCode?
    /// Why the proxy answered by itself, such as `head_timeout` or `upstream_connect`; empty if it did not.
    public var reason: StaticString = ""
    /// Whether the session was refreshed for this request.
    public var isRefreshed = false

    /// A line for a request that came at `time`.
    public init(time: Int64) { self.time = time }
}
