/// The request that a front asks about (forward-auth): what its client sent, told by fields of the front's own request,
/// or by the path behind ``prefix``.
///
/// Known are the fields of nginx' `auth_request` as it is configured everywhere (X-Original-Method, X-Original-URI,
/// X-Original-URL) and those of Traefik and Caddy (X-Forwarded-Method, -Proto, -Host, -Uri). Envoy sends the client's
/// method, host and fields as they are, and its path behind a prefix. Whatever is said twice has to be the same; what is
/// not said is never made up. Only a front that is trusted may be read so.
public struct OriginalRequest: Sendable, Equatable {
    /// Why a question cannot be answered: the front is configured wrongly, or its client has added fields of this kind.
    public enum Fault: Error, Sendable, Equatable {
        /// Neither X-Original-URI nor another field names the path.
        case targetMissing
        /// Neither X-Original-Method nor X-Forwarded-Method is there.
        case methodMissing
        /// Neither X-Forwarded-Host nor an absolute X-Original-URL is there.
        case hostMissing
        /// No X-Forwarded-For and no Forwarded, or nothing that is an address at its end.
        case clientMissing
        /// Two fields differ that mean the same.
        case conflicting
        /// A field holds something else than it is for.
        case malformed
        /// The client asks for another protocol than WebSocket: what comes in such a tunnel nobody would ask about.
        case upgrade
    }

    /// How a request asks.
    public enum Form: Sendable, Equatable {
        /// By fields; with the query of the question itself, which holds the front's wishes.
        case fields(query: ByteRange)
        /// By path and query behind the prefix.
        case path(ByteRange)
    }

    /// The path that questions are sent to.
    public static let prefix: StaticString = "/.sallyport/authorize"

    /// The method as spelled.
    public private(set) var method = ByteRange.empty
    /// Path and query, beginning with `/`.
    public private(set) var target = ByteRange.empty
    /// Host, and port where there is one.
    public private(set) var host = ByteRange.empty
    /// `http` or `https`; empty where nobody says.
    public private(set) var scheme = ByteRange.empty

    /// How a request with this path and query asks; nil if it is no question.
    public static func form(_ target: ByteRange, in bytes: RawSpan) -> Form? {
        let count = prefix.utf8CodeUnitCount
        let start = Int(target.start)
        guard target.count >= count, bytes.equals(ByteRange(start, start + count), prefix) else { return nil }
        let rest = ByteRange(start + count, Int(target.end))
        if rest.isEmpty { return .fields(query: rest) }
        switch bytes.byte(Int(rest.start)) {
        case ASCII.slash: return .path(rest)
        case ASCII.question: return .fields(query: ByteRange(Int(rest.start) + 1, Int(rest.end)))
        default: return nil
        }
    }

    /// Reads what a trusted front asks.
    public init(_ head: borrowing RequestHead, _ form: Form, in bytes: RawSpan) throws(Fault) {
        if case .path(let path) = form {
            target = path
            method = head.methodRange
            if let line = head.first(.host) { host = line.value }
        }
        for line in head.fields { try read(line, bytes) }
        // Cleartext HTTP/2 (RFC 7540 §3.2) goes by this field as well, which a front may pass on without its Upgrade.
        if head.table.contains(.http2Settings) { throw .upgrade }
        if target.isEmpty { throw .targetMissing }
        if method.isEmpty { throw .methodMissing }
        if host.isEmpty { throw .hostMissing }
        guard Self.namesClient(head, bytes) else { throw .clientMissing }
    }

    private mutating func read(_ line: FieldLine, _ bytes: RawSpan) throws(Fault) {
        let value = line.value
        switch line.known {
        case .xForwardedHost: try Self.set(&host, value, bytes, ignoringCase: true)
        case .xForwardedProto: try readScheme(value, bytes)
        case .upgrade: guard bytes.equalsIgnoringCase(value, "websocket") else { throw .upgrade }
        case .other:
            switch Name(line.name, bytes) {
            case .method: try Self.set(&method, value, bytes)
            case .target: try readTarget(value, bytes)
            case nil: break
            }
        default: break
        }
    }

    /// A path and query, or a whole URL.
    private mutating func readTarget(_ value: ByteRange, _ bytes: RawSpan) throws(Fault) {
        guard !value.isEmpty else { throw .malformed }
        if bytes.byte(Int(value.start)) == ASCII.slash { return try Self.set(&target, value, bytes) }
        let start = Int(value.start)
        guard let colon = bytes.firstOffset(of: ASCII.colon, from: start, to: Int(value.end)),
            colon + 3 < Int(value.end), bytes.equals(ByteRange(colon, colon + 3), "://")
        else { throw .malformed }
        try readScheme(ByteRange(start, colon), bytes)
        guard let slash = bytes.firstOffset(of: ASCII.slash, from: colon + 3, to: Int(value.end)) else {
            throw .malformed
        }
        try Self.set(&host, ByteRange(colon + 3, slash), bytes, ignoringCase: true)
        try Self.set(&target, ByteRange(slash, Int(value.end)), bytes)
    }

    private mutating func readScheme(_ value: ByteRange, _ bytes: RawSpan) throws(Fault) {
        guard bytes.equalsIgnoringCase(value, "https") || bytes.equalsIgnoringCase(value, "http") else {
            throw .malformed
        }
        try Self.set(&scheme, value, bytes, ignoringCase: true)
    }

    private static func set(_ part: inout ByteRange, _ value: ByteRange, _ bytes: RawSpan, ignoringCase: Bool = false)
        throws(Fault)
    {
        guard !value.isEmpty else { throw .malformed }
        if part.isEmpty {
            part = value
        } else if ignoringCase ? !bytes.equalsIgnoringCase(part, value) : !bytes.equals(part, value) {
            throw .conflicting
        }
    }

    /// Whether the front names its client: otherwise all of its clients would be one, the front itself.
    private static func namesClient(_ head: borrowing RequestHead, _ bytes: RawSpan) -> Bool {
        if let line = head.fields.last(where: { $0.known == .xForwardedFor }) {
            var start = Int(line.value.end)
            while start > Int(line.value.start), bytes.byte(start - 1) != ASCII.comma { start -= 1 }
            return IPAddress.parse(withPort: bytes.bytes(bytes.trimmed(start, Int(line.value.end)))) != nil
        }
        guard let line = head.fields.last(where: { $0.known == .forwarded }),
            let last = ForwardedElement.parse(line.value, in: bytes)?.last?.for
        else { return false }
        return IPAddress.parse(withPort: bytes.bytes(last)) != nil
    }

    /// Appends the head that the client has sent to the front, as far as the front tells it, as HTTP/1.1 without a body.
    /// It has yet to be parsed and judged like any other.
    public func appendHead(_ head: borrowing RequestHead, in bytes: RawSpan, to output: OutputBuffer) {
        output.append(method, of: bytes)
        output.append(byte: ASCII.space)
        output.append(target, of: bytes)
        output.append(" HTTP/1.1\r\nHost: ")
        output.append(host, of: bytes)
        output.append("\r\n")
        if !scheme.isEmpty {
            output.append("X-Forwarded-Proto: ")
            output.append(scheme, of: bytes)
            output.append("\r\n")
        }
        if Self.opensSocket(head) { Self.appendUpgrade(head, to: output) }
        for line in head.fields where passes(line, head, bytes) {
            output.append(ByteRange(Int(line.name.start), Int(line.lineEnd)), of: bytes)
        }
        output.append("\r\n")
    }

    /// Whether the client opens a WebSocket. Most fronts keep Upgrade to themselves, and pass the rest of the handshake on:
    /// it has to count, because a page of any origin may open one with the user's cookies (RFC 6455 §10.2), and no page
    /// can send these fields with anything else.
    private static func opensSocket(_ head: borrowing RequestHead) -> Bool {
        head.table.contains(.upgrade) || head.table.contains(.secWebSocketKey)
            || head.table.contains(.secWebSocketVersion)
    }

    /// Appends what was kept back of a handshake. Over HTTP/2 (RFC 8441 §5) it has no key; any one does, since what answers
    /// it is the front's business.
    private static func appendUpgrade(_ head: borrowing RequestHead, to output: OutputBuffer) {
        output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
        if !head.table.contains(.secWebSocketKey) { output.append("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n") }
    }

    /// What is about the question, and not about the client's request, stays out: its framing, its connection, and the
    /// fields that were read.
    private func passes(_ line: FieldLine, _ head: borrowing RequestHead, _ bytes: RawSpan) -> Bool {
        switch line.known {
        case .host, .contentLength, .expect, .trailer, .xForwardedProto, .xForwardedHost: false
        case .other: Name(line.name, bytes) == nil && !head.isNominated(line, in: bytes)
        default: !line.known.isHopByHop
        }
    }

    /// What a field says whose name no other part of the parser knows.
    private enum Name {
        case method
        case target

        init?(_ name: ByteRange, _ bytes: RawSpan) {
            switch name.count {
            case 14 where bytes.equalsIgnoringCase(name, "x-original-uri"): self = .target
            case 14 where bytes.equalsIgnoringCase(name, "x-original-url"): self = .target
            case 15 where bytes.equalsIgnoringCase(name, "x-forwarded-uri"): self = .target
            case 17 where bytes.equalsIgnoringCase(name, "x-original-method"): self = .method
            case 18 where bytes.equalsIgnoringCase(name, "x-forwarded-method"): self = .method
            default: return nil
            }
        }
    }
}

extension OriginalRequest.Fault {
    /// What is wrong, in one sentence.
    public var sentence: String {
        switch self {
        case .targetMissing: "The question names no path: X-Original-URI or X-Forwarded-Uri is missing."
        case .methodMissing: "The question names no method: X-Original-Method or X-Forwarded-Method is missing."
        case .hostMissing: "The question names no host: X-Forwarded-Host is missing."
        case .clientMissing: "The question names no client: X-Forwarded-For is missing, or ends in no address."
        case .conflicting: "The question says one thing in two ways that differ."
        case .malformed: "The question holds a malformed field."
        case .upgrade: "The question is about an upgrade to another protocol than WebSocket."
        }
    }
}
