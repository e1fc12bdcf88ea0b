/// A value bound to a parameter of a statement.
enum SQLiteValue {
    case integer(Int64)
    case text(String)
    case null

    /// A text, or NULL in place of nil.
    static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }

    /// A flag as 0 or 1.
    static func flag(_ value: Bool) -> SQLiteValue { .integer(value ? 1 : 0) }
}
