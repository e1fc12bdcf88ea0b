/// What a store did that the contract forbids.
public struct ContractViolation: Error, CustomStringConvertible {
    /// The rule, as a sentence.
    public var rule: String
    /// What was seen instead.
    public var found: String

    public var description: String { "\(rule); found: \(found)" }
}

/// Holds a value to the one that the contract demands.
func expect<Value: Equatable>(_ found: Value, is wanted: Value, _ rule: String) throws {
    guard found == wanted else {
        throw ContractViolation(rule: rule, found: "\(found), where \(wanted) is due")
    }
}

/// Holds a condition to be true.
func expect(_ condition: Bool, _ rule: String, found: @autoclosure () -> String = "false") throws {
    guard condition else { throw ContractViolation(rule: rule, found: found()) }
}
