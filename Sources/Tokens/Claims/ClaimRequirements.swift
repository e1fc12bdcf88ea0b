/// What the claims of a token have to say before it opens something: rules of which each one has to be met.
///
/// ```swift
/// let rules = ClaimRequirements([.init("realm_access.roles", .any, ["admin", "auditor"]), .init("scope", .all, ["read"])])
/// rules.areMet(by: token.claims)
/// ```
public struct ClaimRequirements: Sendable, Equatable {
    /// How many of a rule's values the claim has to hold.
    public enum Quantifier: String, Sendable, CaseIterable {
        /// At least one.
        case any
        /// Each.
        case all
    }

    /// One rule: which claim has to hold which values.
    ///
    /// A claim holds a value if it is that value, if it is a list with such an element, or, in a claim called `scope` or
    /// `scp`, if it is a text of words between blanks of which one is the value (RFC 8693 §4.2). No other text is taken
    /// apart: a user whose name is `staff admin` is no admin. Texts are compared byte by byte, and `3` is not `"3"`. A
    /// claim that is missing holds nothing.
    public struct Rule: Sendable, Equatable {
        /// The claim.
        public var claim: ClaimPath
        /// How many of the values.
        public var quantifier: Quantifier
        /// Texts, numbers or truth values; a rule without any is met by `all` only.
        public var values: [JSONValue]

        /// A rule for the claim at a path such as `realm_access.roles`.
        public init(_ claim: String, _ quantifier: Quantifier, _ values: [JSONValue]) {
            self.claim = ClaimPath(claim)
            self.quantifier = quantifier
            self.values = values
        }

        /// Whether the claim is a list of scopes in one text.
        public var isScope: Bool { claim.lastName == "scope" || claim.lastName == "scp" }

        /// Whether the claims meet it.
        public func isMet(by claims: JSONValue) -> Bool {
            guard let found = claim.value(in: claims) else { return false }
            switch quantifier {
            case .any: return values.contains { holds(found, $0) }
            case .all: return values.allSatisfy { holds(found, $0) }
            }
        }

        private func holds(_ found: JSONValue, _ wanted: JSONValue) -> Bool {
            switch found {
            case .array(let elements): elements.contains { Self.isSame($0, wanted) }
            case .string(let text) where isScope:
                text.utf8.split(separator: UInt8(ascii: " ")).contains { word in
                    wanted.string.map { word.elementsEqual($0.utf8) } ?? false
                }
            default: Self.isSame(found, wanted)
            }
        }

        private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
            switch (left, right) {
            // Swift takes different spellings of a letter for the same text; whoever granted a role did not.
            case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
            case (.integer(let left), .integer(let right)): left == right
            case (.boolean(let left), .boolean(let right)): left == right
            default: false
            }
        }
    }

    /// The rules.
    public var rules: [Rule]

    /// Rules, of which each one has to be met.
    public init(_ rules: [Rule] = []) { self.rules = rules }

    /// Whether there is nothing to meet.
    public var isEmpty: Bool { rules.isEmpty }

    /// Whether the claims meet each rule.
    public func areMet(by claims: JSONValue) -> Bool { rules.allSatisfy { $0.isMet(by: claims) } }

    /// The scopes among the values, for the challenge of RFC 6750 §3: words between blanks.
    public var scopes: String {
        rules.filter(\.isScope).flatMap(\.values).compactMap(\.string).joined(separator: " ")
    }
}
