/// What the key of an entry of the deny-list holds: `UNTIL SP EXP`.
struct StoredDenial: Equatable {
    /// Tokens issued until then are denied, in seconds since the epoch.
    var issuedUntil: Int64
    /// When the entry may be forgotten, in seconds since the epoch.
    var expiresAt: Int64

    /// Reads a value; nil if it is not one of ours.
    init?(_ value: String) {
        let parts = value.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let issuedUntil = Int64(parts[0]), let expiresAt = Int64(parts[1]) else { return nil }
        self.issuedUntil = issuedUntil
        self.expiresAt = expiresAt
    }
}
