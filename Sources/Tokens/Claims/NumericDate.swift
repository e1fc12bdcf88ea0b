/// A NumericDate (RFC 7519 §2): whole seconds since the epoch.
///
/// What is refused: text, exponents, negative numbers, and years beyond 9999, which are milliseconds by mistake or an
/// attempt to overflow. A fraction is taken and dropped.
enum NumericDate {
    /// The last second of the year 9999.
    static let latest: Int64 = 253_402_300_799

    /// The date in a claim; nil where the claim is missing.
    ///
    /// - Throws: `.malformed`, naming the claim.
    static func read(_ value: JSONValue?, claim: StaticString) throws(TokenError) -> Int64? {
        let seconds: Int64?
        switch value {
        case nil: return nil
        case .integer(let integer): seconds = integer
        case .decimal(let decimal): seconds = decimal.wholeSeconds
        case .null, .boolean, .string, .array, .object: seconds = nil
        }
        guard let seconds, seconds >= 0, seconds <= latest else { throw .malformed("\(claim) is no date") }
        return seconds
    }
}
