/// Where a claim stands in a payload: a member's name, or the names of nested members joined by dots, such as
/// `realm_access.roles`.
///
/// A member whose name is the whole text comes first, so that names with dots in them, such as
/// `https://example.com/roles`, can be told too.
public struct ClaimPath: Sendable, Hashable, CustomStringConvertible {
    /// The path as it was written.
    public let text: String
    private let names: [String]

    /// A path; an empty text leads nowhere.
    public init(_ text: String) {
        self.text = text
        names = text.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
    }

    /// The last name on the way.
    public var lastName: String { names.last ?? text }

    /// What stands there; nil where nothing does.
    public func value(in claims: JSONValue) -> JSONValue? {
        if let value = claims[text] { return value }
        guard names.count > 1 else { return nil }
        var value: JSONValue? = claims
        for name in names { value = value?[name] }
        return value
    }

    public var description: String { text }
}
