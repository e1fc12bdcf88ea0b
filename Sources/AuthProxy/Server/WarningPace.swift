/// Lets one warning of a kind pass in a second, and counts the others: a peer that errs all day fills no log.
struct WarningPace {
    private var last: Int64?
    private var suppressed = 0

    /// Whether to warn now.
    ///
    /// - Parameter now: seconds of any clock.
    /// - Returns: how many warnings were left out since the last one; nil for one more of them.
    mutating func admit(now: Int64) -> Int? {
        guard last != now else {
            suppressed += 1
            return nil
        }
        last = now
        defer { suppressed = 0 }
        return suppressed
    }
}
