import HTTPWire

/// An answer of the demo application.
struct DemoResponse: Sendable, Equatable {
    /// The statuses that it uses.
    enum Status: Int, Sendable {
        case switchingProtocols = 101
        case ok = 200
        case seeOther = 303
        case badRequest = 400
        case unauthorized = 401
        case forbidden = 403
        case notFound = 404
        case methodNotAllowed = 405
        case contentTooLarge = 413
        case unsupportedMediaType = 415
        case upgradeRequired = 426

        /// The reason phrase (RFC 9110 §15).
        var phrase: String {
            switch self {
            case .switchingProtocols: "Switching Protocols"
            case .ok: "OK"
            case .seeOther: "See Other"
            case .badRequest: "Bad Request"
            case .unauthorized: "Unauthorized"
            case .forbidden: "Forbidden"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .contentTooLarge: "Content Too Large"
            case .unsupportedMediaType: "Unsupported Media Type"
            case .upgradeRequired: "Upgrade Required"
            }
        }
    }

    /// The status.
    var status: Status
    /// Fields beside those that every answer has; names and values are our own, or checked.
    var fields: [Field] = []
    /// The body.
    var body: [UInt8] = []

    /// A field of an answer.
    struct Field: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// An answer with a body of a type.
    init(_ status: Status, type: String, body: [UInt8]) {
        self.status = status
        self.body = body
        add("Content-Type", type)
    }

    /// An answer without a body.
    init(_ status: Status) {
        self.status = status
    }

    /// A page.
    static func page(_ html: String, status: Status = .ok) -> DemoResponse {
        DemoResponse(status, type: "text/html; charset=utf-8", body: [UInt8](html.utf8))
    }

    /// A JSON text.
    static func json(_ text: [UInt8], status: Status = .ok) -> DemoResponse {
        DemoResponse(status, type: "application/json", body: text)
    }

    /// One line of text.
    static func text(_ status: Status, _ sentence: String) -> DemoResponse {
        DemoResponse(status, type: "text/plain; charset=utf-8", body: [UInt8]((sentence + "\n").utf8))
    }

    /// Adds a field.
    mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The response with one more field.
    func adding(_ name: String, _ value: String) -> DemoResponse {
        var copy = self
        copy.add(name, value)
        return copy
    }
}
