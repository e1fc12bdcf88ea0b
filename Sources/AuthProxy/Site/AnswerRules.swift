internal import SallyportConfiguration
internal import HTTPWire

/// What a route does to the fields of answers, the application's and our own: CORS, and fields that the operator sets or
/// removes. Immutable, shared by all loops; a route without any of it has none.
final class AnswerRules: Sendable {
    /// What pages of other origins may do.
    let cors: CORSPolicy?
    /// Names that the application's answers lose: what is set here, what is removed, and with CORS the fields of that.
    private let dropped: HeaderNameSet
    private let fields: [(name: String, value: String)]
    /// The lines of ``fields``, and what an allowed origin gets, CRLF and all.
    private let lines: [UInt8]
    private let corsLines: [UInt8]

    /// The fields of the CORS protocol that answers have; two of the same name mean nothing to a browser.
    private static let corsNames = [
        "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers",
        "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
        "Access-Control-Allow-Private-Network",
    ]

    /// The rules of a route; nil if there are none.
    init?(_ route: RouteConfiguration) {
        guard route.cors != nil || !route.responseHeaders.isEmpty || !route.removedResponseHeaders.isEmpty else {
            return nil
        }
        cors = route.cors.map(CORSPolicy.init)
        fields = route.responseHeaders
        dropped = HeaderNameSet(
            route.responseHeaders.map(\.name) + route.removedResponseHeaders + (route.cors == nil ? [] : Self.corsNames)
        )
        lines = Self.lines(fields)
        corsLines = Self.lines(cors?.answerFields ?? [])
    }

    private static func lines(_ fields: [(name: String, value: String)]) -> [UInt8] {
        fields.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
    }

    /// Whether a field of the application's answer does not reach the client.
    func drops(_ line: FieldLine, in bytes: RawSpan) -> Bool { dropped.contains(line, in: bytes) }

    /// Appends the lines of an application's answer.
    ///
    /// - Parameter allowedOrigin: the origin that may read it, in `record`.
    func append(_ allowedOrigin: ByteRange?, of record: OutputBuffer, to output: OutputBuffer) {
        output.append(lines)
        guard cors != nil else { return }
        output.append("Vary: Origin\r\n")
        guard let allowedOrigin else { return }
        output.append("Access-Control-Allow-Origin: ")
        // The record is another buffer than the output, and does not change meanwhile.
        unsafe output.append(allowedOrigin, of: record.bytes)
        output.append("\r\n")
        output.append(corsLines)
    }

    /// Adds the fields to an answer of our own.
    func dress(_ answer: inout LocalAnswer, allowedOrigin: String?) {
        for field in fields
        where !answer.fields.contains(where: { $0.name.lowercased() == field.name.lowercased() }) {
            answer.fields.append(field)
        }
        guard let cors, !answer.fields.contains(where: { $0.name == "Vary" }) else { return }
        answer.fields.append(("Vary", "Origin"))
        guard let allowedOrigin else { return }
        answer.fields.append(("Access-Control-Allow-Origin", allowedOrigin))
        answer.fields += cors.answerFields
    }
}
