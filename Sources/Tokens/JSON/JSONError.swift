/// Why bytes are no JSON text that we take (RFC 8259), and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The rule that was broken.
    public enum Kind: String, Sendable {
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "a byte that cannot stand here"
        case trailingBytes = "something follows the value"
        case invalidNumber = "not a number"
        case invalidEscape = "an escape that does not exist, or half of a surrogate pair"
        case controlCharacter = "a control character in a string"
        case invalidUTF8 = "bytes that are not UTF-8"
        case duplicateName = "a member name stands twice"
        case tooDeep = "nested too deeply"
        case tooLong = "too long"
    }

    /// The rule that was broken.
    public var kind: Kind
    /// The offset of the byte where it was noticed.
    public var offset: Int

    /// A refusal.
    public init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    public var description: String { "\(kind.rawValue) (byte \(offset))" }
}
