/// What a ``TestOrigin`` does with a request.
public struct OriginAnswer: Sendable {
    /// What happens to the connection after the bytes.
    public enum Ending: Sendable {
        /// It waits for the next request.
        case keepAlive
        /// It is closed.
        case close
        /// It is reset.
        case reset
        /// It stays open, and nothing more is sent until the peer closes.
        case silence
    }

    /// What is sent, in these pieces, each in a write of its own.
    public var pieces: [[UInt8]]
    /// What happens after each piece but the last: the gates that are waited for, in their order.
    public var gates: [Gate]
    /// What happens at the end.
    public var ending: Ending

    /// Sends raw bytes.
    public init(_ pieces: [[UInt8]], gates: [Gate] = [], ending: Ending = .keepAlive) {
        self.pieces = pieces
        self.gates = gates
        self.ending = ending
    }

    /// Sends raw text.
    public static func raw(_ text: String, _ ending: Ending = .keepAlive) -> OriginAnswer {
        OriginAnswer([Array(text.utf8)], ending: ending)
    }

    /// A response with a Content-Length.
    public static func response(
        _ status: Int = 200, _ fields: [(String, String)] = [], body: String = "", _ ending: Ending = .keepAlive
    ) -> OriginAnswer {
        OriginAnswer([MessageText.response(status, fields, body: body)], ending: ending)
    }

    /// 200 with what was received as JSON: `{"method":…,"path":…,"headers":{…}}`. Names are in lower case; the values
    /// of a field that stands more than once are joined by a comma and a space. HEAD gets no body.
    public static func echo(_ request: RecordedRequest) -> OriginAnswer {
        var names: [String] = []
        for line in request.fields.lines where !names.contains(line.name.lowercased()) {
            names.append(line.name.lowercased())
        }
        let members = names.map { name in
            "\(MessageText.json(name)):\(MessageText.json(request.fields.all(name).joined(separator: ", ")))"
        }
        let body =
            "{\"method\":\(MessageText.json(request.method)),\"path\":\(MessageText.json(request.target)),"
            + "\"headers\":{\(members.joined(separator: ","))}}"
        let bytes = MessageText.response(200, [("Content-Type", "application/json")], body: body)
        return OriginAnswer([request.method == "HEAD" ? Array(bytes.dropLast(body.utf8.count)) : bytes])
    }

    /// Nothing at all, for as long as the peer waits.
    public static let never = OriginAnswer([], ending: .silence)
}
