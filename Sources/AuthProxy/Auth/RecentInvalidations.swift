/// The last invalidations, so that an answer of the store which crossed one of them on its way is not kept.
struct RecentInvalidations {
    private static let remembered = 64

    /// How many there were so far.
    private(set) var sequence: UInt64 = 0
    /// The sessions (or the names of denials, which look like no session's) of the last ones, by their number's remainder.
    private var sessions: [String] = Array(repeating: "", count: remembered)
    /// The number of the last one that concerned everything.
    private var everything: UInt64 = 0

    mutating func add(_ session: String) {
        sequence &+= 1
        sessions[Int(sequence % UInt64(Self.remembered))] = session
    }

    mutating func addEverything() {
        add("")
        everything = sequence
    }

    /// Whether one that came after `mark` concerns the session, or may: too many came to remember them all.
    func mayConcern(_ session: String, since mark: UInt64) -> Bool {
        if sequence == mark { return false }
        if everything > mark || sequence - mark > UInt64(Self.remembered) { return true }
        for number in (mark + 1)...sequence where sessions[Int(number % UInt64(Self.remembered))] == session {
            return true
        }
        return false
    }
}
