/// How long to wait between attempts: twice as long each time, up to a bound that keeps the return of a server
/// unnoticed for less than a third of a second, and never the same for two clients.
struct Backoff {
    private static let firstMilliseconds: Int64 = 25
    private static let longestMilliseconds: Int64 = 250
    private var attempts = 0

    /// The next pause, in milliseconds: between half of the bound and the bound.
    mutating func next() -> Int64 {
        let bound = min(Self.firstMilliseconds << min(attempts, 16), Self.longestMilliseconds)
        attempts += 1
        return Int64.random(in: bound / 2...bound)
    }

    /// Begins anew.
    mutating func reset() { attempts = 0 }
}
