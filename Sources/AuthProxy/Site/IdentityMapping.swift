internal import Configuration
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

    /// Tells mappings apart, so that a rendering may be kept for as long as its token.
    let number: Int
    private let fields: [(name: String, path: [String])]

    init(number: Int, _ fields: [(name: String, claim: String)]) {
        self.number = number
        self.fields = fields.map { ($0.name, $0.claim.split(separator: ".").map(String.init)) }
    }

    /// The header lines, CRLF and all.
    func render(_ claims: JSONValue) throws(Failure) -> [UInt8] {
        var lines: [UInt8] = []
        for (name, path) in fields {
            guard let value = Self.member(of: claims, at: path), let text = try Self.text(of: value, field: name) else {
                continue
            }
            lines += Array(name.utf8)
            lines += Array(": ".utf8)
            lines += text
            lines += Array("\r\n".utf8)
            guard lines.count <= Self.limit else {
                throw Failure(field: name, reason: "is too long for a header")
            }
        }
        return lines
    }

    /// The claim at a path of member names.
    private static func member(of claims: JSONValue, at path: [String]) -> JSONValue? {
        var value: JSONValue? = claims
        for name in path { value = value?[name] }
        return value
    }

    /// A value as it stands in a field; nil for `null`.
    private static func text(of value: JSONValue, field: String) throws(Failure) -> [UInt8]? {
        switch value {
        case .null: return nil
        case .string(let text): return try plain(text, field)
        case .array(let elements):
            var joined: [UInt8] = []
            for (index, element) in elements.enumerated() {
                guard let part = try text(of: element, field: field) else {
                    throw Failure(field: field, reason: "is a list that holds null")
                }
                // A comma within an element would make two of it.
                guard !part.contains(UInt8(ascii: ",")) else {
                    throw Failure(field: field, reason: "is a list with a comma in one of its elements")
                }
                if index > 0 { joined.append(UInt8(ascii: ",")) }
                joined += part
            }
            return joined
        default:
            return try plain(JSONWriter.text(value), field)
        }
    }

    private static func plain(_ text: String, _ field: String) throws(Failure) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
            throw Failure(field: field, reason: "holds a control byte or a letter that is not ASCII")
        }
        return bytes
    }
}
