/// A response as a client received it.
public struct RawResponse: Sendable, CustomStringConvertible {
    /// How the end of the body was told (RFC 9112 §6.3).
    public enum Framing: Sendable, Equatable {
        /// There is no body: HEAD, 1xx, 204, 304.
        case none
        /// Content-Length.
        case length(Int)
        /// Chunked.
        case chunked
        /// The end of the connection.
        case close
    }

    /// `HTTP/1.1`, as written.
    public var version: String
    /// The status code.
    public var status: Int
    /// The reason phrase.
    public var reason: String
    /// The field lines.
    public var fields: TextFields
    /// How its end was told.
    public var framing: Framing
    /// The body without its framing.
    public var body: [UInt8] = []
    /// The trailer fields of a chunked body.
    public var trailers = TextFields()
    /// The responses with a 1xx status that came before it.
    public var interim: [Interim] = []

    /// A response with a 1xx status.
    public struct Interim: Sendable, Equatable {
        /// The status code.
        public var status: Int
        /// The field lines.
        public var fields: TextFields
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a field that stands once.
    public func header(_ name: String) -> String? { fields[name] }

    /// All `Set-Cookie` lines, parsed.
    public var setCookies: [SetCookie] { fields.all("set-cookie").map { SetCookie($0) } }

    public var description: String { "\(version) \(status) \(reason)\n\(fields)\n\n\(text.prefix(300))" }
}

extension WireReader {
    /// Reads a response with its body, and the interim responses before it. A 101 ends at its head: what follows is
    /// the other protocol's.
    ///
    /// - Parameter method: of the request it answers; the answer to HEAD has no body.
    public func response(to method: String = "GET") throws(SocketFailure) -> RawResponse {
        var response = try responseHead(to: method)
        switch response.framing {
        case .none: break
        case .length(let count): response.body = try bytes(count)
        case .chunked: (response.body, response.trailers) = try chunked()
        case .close: response.body = try rest()
        }
        return response
    }

    /// Reads one response head of any status, without what may follow it.
    public func interimHead() throws(SocketFailure) -> RawResponse {
        guard let line = try line() else { throw .ended(within: "a response that has not begun") }
        var response = try Self.statusLine(line)
        response.fields = try fields()
        return response
    }

    /// Reads a response up to the end of its head, and the interim responses before it.
    public func responseHead(to method: String = "GET") throws(SocketFailure) -> RawResponse {
        var interim: [RawResponse.Interim] = []
        while true {
            guard let line = try line() else { throw .ended(within: "a response that has not begun") }
            var response = try Self.statusLine(line)
            response.fields = try fields()
            if response.status < 200, response.status != 101 {
                interim.append(.init(status: response.status, fields: response.fields))
                continue
            }
            response.interim = interim
            response.framing = try Self.framing(of: response, to: method)
            return response
        }
    }

    private static func statusLine(_ line: [UInt8]) throws(SocketFailure) -> RawResponse {
        let text = latin1(line)
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].utf8.count == 3,
            let status = Int(parts[1]), (100...599).contains(status)
        else { throw .malformed("a status line: \(text.prefix(60))") }
        return RawResponse(
            version: String(parts[0]), status: status, reason: String(parts[2]), fields: TextFields(), framing: .none)
    }

    private static func framing(of response: RawResponse, to method: String) throws(SocketFailure)
        -> RawResponse.Framing
    {
        let lengths = response.fields.all("content-length")
        let codings = response.fields.elements("transfer-encoding")
        guard lengths.isEmpty || codings.isEmpty else { throw .malformed("Content-Length beside Transfer-Encoding") }
        guard lengths.count < 2 else { throw .malformed("Content-Length twice") }
        if response.status < 200 || response.status == 204 {
            guard lengths.isEmpty, codings.isEmpty else { throw .malformed("framing on a \(response.status)") }
            return .none
        }
        if method == "HEAD" || response.status == 304 { return .none }
        if !codings.isEmpty {
            guard codings == ["chunked"] else { throw .malformed("a transfer coding: \(codings)") }
            return .chunked
        }
        guard let length = lengths.first else { return .close }
        guard let count = Int(length), length.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw .malformed("a Content-Length: \(length)")
        }
        return .length(count)
    }
}
