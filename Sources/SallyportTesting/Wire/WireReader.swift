/// Reads a connection by lines, counts and whole messages, strictly: what RFC 9112 does not allow is an error here and
/// never repaired. It blocks its thread up to its deadline.
public final class WireReader {
    /// The connection.
    public let socket: Socket
    /// How long each step may take.
    public var patience: Duration
    /// Received, and not yet read.
    private var pending: ArraySlice<UInt8> = []
    private var hasEnded = false

    /// Reads from a connection.
    public init(_ socket: Socket, patience: Duration = .seconds(20)) {
        self.socket = socket
        self.patience = patience
    }

    /// Reads one line up to CRLF. A bare CR or LF is an error. Nil if the stream ends before its first byte.
    func line() throws(SocketFailure) -> [UInt8]? {
        let deadline = Deadline(in: patience)
        var searched = pending.startIndex
        while true {
            if let end = pending[searched...].firstIndex(of: 0x0A) {
                guard end > pending.startIndex, pending[end - 1] == 0x0D else { throw .malformed("a bare LF") }
                let line = Array(pending[..<(end - 1)])
                guard !line.contains(0x0D) else { throw .malformed("a bare CR") }
                pending = pending[(end + 1)...]
                return line
            }
            let seen = pending.count
            guard pending.count < 1 << 20 else { throw .malformed("a line of more than 1 MiB") }
            guard try fill(deadline) else {
                if pending.isEmpty { return nil }
                throw .ended(within: "a line that begins with \(latin1(pending.prefix(40)))")
            }
            searched = pending.startIndex + seen
        }
    }

    /// Reads an exact number of bytes.
    public func bytes(_ count: Int) throws(SocketFailure) -> [UInt8] {
        let deadline = Deadline(in: patience)
        while pending.count < count {
            guard try fill(deadline) else { throw .ended(within: "\(count) bytes, after \(pending.count)") }
        }
        defer { pending = pending.dropFirst(count) }
        return Array(pending.prefix(count))
    }

    /// Reads what there is, at most `limit`, as soon as there is any; empty at the end of the stream.
    public func some(atMost limit: Int = 65536) throws(SocketFailure) -> [UInt8] {
        if pending.isEmpty { _ = try fill(Deadline(in: patience)) }
        defer { pending = pending.dropFirst(limit) }
        return Array(pending.prefix(limit))
    }

    /// Reads up to the end of the stream.
    public func rest() throws(SocketFailure) -> [UInt8] {
        let deadline = Deadline(in: patience)
        while try fill(deadline) {}
        defer { pending = [] }
        return Array(pending)
    }

    /// Reads field lines up to and with the empty one.
    func fields() throws(SocketFailure) -> TextFields {
        var fields = TextFields()
        while true {
            guard let line = try line() else { throw .ended(within: "a field section") }
            if line.isEmpty { return fields }
            fields.lines.append(try Self.field(line))
        }
    }

    /// Reads the line before a chunk's data; 0 announces the trailers (RFC 9112 §7.1).
    public func chunkSize() throws(SocketFailure) -> Int {
        guard let line = try line() else { throw .ended(within: "a chunked body") }
        let size = line.prefix { $0 != UInt8(ascii: ";") }
        guard let count = Int(latin1(size), radix: 16), size.first != 0x2B, size.first != 0x2D else {
            throw .malformed("a chunk size: \(latin1(line))")
        }
        return count
    }

    /// Reads a chunked body and its trailers (RFC 9112 §7.1).
    func chunked() throws(SocketFailure) -> (body: [UInt8], trailers: TextFields) {
        var body: [UInt8] = []
        while true {
            let count = try chunkSize()
            if count == 0 { return (body, try fields()) }
            body += try bytes(count)
            guard try bytes(2) == [0x0D, 0x0A] else { throw .malformed("no CRLF after a chunk") }
        }
    }

    private func fill(_ deadline: Deadline) throws(SocketFailure) -> Bool {
        if hasEnded { return false }
        let more = try socket.receive(deadline: deadline)
        if more.isEmpty {
            hasEnded = true
            return false
        }
        if pending.isEmpty { pending = more[...] } else { pending += more }
        return true
    }

    /// Splits a field line: a token, a colon, a value of visible bytes, spaces and tabs (RFC 9110 §5.5).
    private static func field(_ line: [UInt8]) throws(SocketFailure) -> TextFields.Line {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
            throw .malformed("a field line without a name: \(latin1(line.prefix(60)))")
        }
        let name = line[..<colon]
        let value = line[(colon + 1)...]
        guard name.allSatisfy(isTokenByte) else { throw .malformed("a field name: \(latin1(name.prefix(60)))") }
        guard value.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw .malformed("a control byte in the field \(latin1(name))")
        }
        return TextFields.Line(name: latin1(name), value: trimmed(latin1(value)))
    }
}

/// Whether a byte may stand in a token (RFC 9110 §5.6.2).
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
