/// What a token's key holds: `EXP SP CONFIRMED`.
struct StoredVerdict: Equatable {
    /// The token's `exp`, in seconds since the epoch.
    var expiresAt: Int64
    /// Whether it needs no confirmation (any more).
    var isConfirmed: Bool

    /// Reads a value; nil if it is not one of ours.
    init?(_ value: String) {
        let parts = value.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let expiresAt = Int64(parts[0]), parts[1] == "0" || parts[1] == "1" else { return nil }
        self.expiresAt = expiresAt
        isConfirmed = parts[1] == "1"
    }
}
