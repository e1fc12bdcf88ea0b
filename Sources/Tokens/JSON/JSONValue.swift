/// A JSON value (RFC 8259), as claims and keys are made of.
///
/// Numbers keep what was written: an integer within 64 bits is one, everything else stays its text, so that a value
/// read and written again is the same text and no precision is invented.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number without fraction and exponent, within 64 bits.
    case integer(Int64)
    /// Any other number, as it was written.
    case decimal(JSONDecimal)
    /// Text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members in their order.
    case object(JSONObject)

    /// The text; nil for any other kind.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The integer; nil for any other kind, also for `1.0`.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The list; nil for any other kind.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members; nil for any other kind.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member of an object; nil where there is none, or for any other kind.
    public subscript(name: String) -> JSONValue? { object?[name] }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// The last one of equal names stands.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
