/// The head of an upstream's response: ranges of the buffer that it was parsed from, and what they mean.
///
/// Reused from response to response like ``RequestHead``.
public struct ResponseHead: ~Copyable, Sendable {
    /// The status code, 100 to 599.
    public internal(set) var status = 0
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    public internal(set) var minorVersion: UInt8 = 1
    /// How the body's end is known, the request's method considered (RFC 9112 §6.3).
    public internal(set) var framing: BodyFraming = .none
    /// What the Connection field says.
    public internal(set) var connectionOptions: ConnectionOptions = []
    /// The reason phrase; may be empty.
    public internal(set) var reason: ByteRange = .empty
    /// Length of the head with the empty line.
    public internal(set) var headLength = 0
    /// The field lines. Each `Set-Cookie` is a line of its own: filter by `.setCookie`.
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

    /// Whether the upstream nominates this field as hop-by-hop (RFC 9110 §7.6.1), and may.
    @inlinable
    public func isNominated(_ field: FieldLine, in bytes: RawSpan) -> Bool {
        connectionOptions.contains(.nominatesOthers) && table.nominates(field, in: bytes)
    }

    /// Whether another response follows this one for the same request (RFC 9110 §15.2). 101 is final for HTTP.
    public var isInterim: Bool { status < 200 && status != 101 }

    /// Whether the upstream switches protocols (RFC 9110 §15.2.2): 101, `Connection: upgrade`, an Upgrade field.
    public var isUpgrade: Bool {
        status == 101 && connectionOptions.contains(.upgrade) && table.contains(.upgrade)
    }

    /// Whether the status alone forbids a body, and with it Content-Length (RFC 9110 §8.6): 1xx and 204. A length that
    /// came nevertheless is not forwarded.
    public var forbidsContentLength: Bool { status < 200 || status == 204 }

    /// Whether the connection may carry another exchange after this one (RFC 9112 §9.3).
    public var keepsAlive: Bool {
        if connectionOptions.contains(.close) || framing == .untilClose { return false }
        return minorVersion >= 1 || connectionOptions.contains(.keepAlive)
    }
}
