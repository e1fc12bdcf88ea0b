internal import SallyportConfiguration
internal import HTTPWire
internal import Tokens

/// How verified claims become header lines for an application.
///
/// A claim that the token lacks leaves no line: the client's copy is already gone. A value that cannot stand in a field
/// without being misread is refused, and with it the request.
struct IdentityMapping: Sendable {
    /// Claims that cannot be told to the application: which field, and why; never the value.
    struct Failure: Error, Equatable {
        /// The field's name.
        var field: String
        /// What is wrong with the claim, as the end of a sentence.
        var reason: String
    }

    /// The bytes that all lines together may have: more than any application takes as a head.
    static let limit = 16 * 1024

    /// What lines have room for from the start.
    private static let usualBytes = 256

    /// A field and where its value comes from.
    private struct Field: Sendable {
        let name: String
        /// The name, a colon and a blank.
        let start: [UInt8]
        let path: ClaimPath
    }

    /// Tells mappings apart, so that a rendering may be kept for as long as its token.
    let number: Int
    private let fields: [Field]

    init(number: Int, _ fields: [(name: String, claim: String)]) {
        self.number = number
        self.fields = fields.map { name, claim in
            Field(name: name, start: Array("\(name): ".utf8), path: ClaimPath(claim))
        }
    }

    /// The header lines, CRLF and all.
    func render(_ claims: JSONValue) throws(Failure) -> [UInt8] {
        guard !fields.isEmpty else { return [] }
        var lines: [UInt8] = []
        lines.reserveCapacity(Self.usualBytes)
        for field in fields {
            guard let value = field.path.value(in: claims) else { continue }
            if case .null = value { continue }
            lines += field.start
            try Self.append(value, to: &lines, field.name)
            lines.append(UInt8(ascii: "\r"))
            lines.append(UInt8(ascii: "\n"))
            guard lines.count <= Self.limit else {
                throw Failure(field: field.name, reason: "is too long for a header")
            }
        }
        return lines
    }

    /// Adds a value as it stands in a field.
    private static func append(_ value: JSONValue, to lines: inout [UInt8], _ field: String) throws(Failure) {
        switch value {
        case .string(let text): try append(text, to: &lines, field)
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if case .null = element { throw Failure(field: field, reason: "is a list that holds null") }
                if index > 0 { lines.append(UInt8(ascii: ",")) }
                let start = lines.count
                try append(element, to: &lines, field)
                // A comma within an element would make two of it.
                guard !lines[start...].contains(UInt8(ascii: ",")) else {
                    throw Failure(field: field, reason: "is a list with a comma in one of its elements")
                }
            }
        case .null, .boolean, .integer, .decimal, .object: try append(JSONWriter.text(value), to: &lines, field)
        }
    }

    private static func append(_ text: String, to lines: inout [UInt8], _ field: String) throws(Failure) {
        let bytes = text.utf8Span.span
        for index in bytes.indices {
            guard bytes[index] >= 0x20 && bytes[index] < 0x7f else {
                throw Failure(field: field, reason: "holds a control byte or a letter that is not ASCII")
            }
            lines.append(bytes[index])
        }
    }
}
