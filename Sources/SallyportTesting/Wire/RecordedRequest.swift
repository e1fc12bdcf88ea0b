/// A request as an origin received it.
public struct RecordedRequest: Sendable, CustomStringConvertible {
    /// The method.
    public var method: String
    /// The request target, as written.
    public var target: String
    /// `HTTP/1.1`, as written.
    public var version: String
    /// The field lines.
    public var fields: TextFields
    /// The body without its framing.
    public var body: [UInt8] = []
    /// The trailer fields of a chunked body.
    public var trailers = TextFields()
    /// The connection it came on, from 0 in the order of accepting.
    public var connection: Int
    /// Which request of its connection it is, from 0.
    public var position: Int

    /// The value of a field that stands once.
    public func header(_ name: String) -> String? { fields[name] }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    public var description: String { "\(method) \(target)\n\(fields)\n\n\(text.prefix(300))" }
}

extension WireReader {
    /// Reads the head of a request; nil if the stream ends before its first byte.
    func requestHead(connection: Int, position: Int) throws(SocketFailure) -> RecordedRequest? {
        guard let line = try line() else { return nil }
        let parts = latin1(line).split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 3, parts[0].utf8.allSatisfy(isTokenByte), !parts[1].isEmpty,
            parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0"
        else { throw .malformed("a request line: \(latin1(line.prefix(60)))") }
        return RecordedRequest(
            method: parts[0], target: parts[1], version: parts[2], fields: try fields(), connection: connection,
            position: position)
    }

    /// Reads the body that a request's head announces.
    func body(of request: inout RecordedRequest) throws(SocketFailure) {
        let lengths = request.fields.all("content-length")
        let codings = request.fields.elements("transfer-encoding")
        guard lengths.count + (codings.isEmpty ? 0 : 1) < 2 else { throw .malformed("framing told twice") }
        if !codings.isEmpty {
            guard codings == ["chunked"] else { throw .malformed("a transfer coding: \(codings)") }
            (request.body, request.trailers) = try chunked()
        } else if let length = lengths.first {
            guard let count = Int(length) else { throw .malformed("a Content-Length: \(length)") }
            request.body = try bytes(count)
        }
    }
}
