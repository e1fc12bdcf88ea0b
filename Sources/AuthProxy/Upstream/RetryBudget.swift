/// How many requests of one pool may be sent a second time: a share of all requests, and a few each second whatever their
/// number. Where an application fails, repeating everything would only add to its load. A state machine without a clock.
struct RetryBudget {
    /// What one repetition costs.
    private static let price = 100
    /// What is earned is kept up to this: a burst after a long quiet time stays small.
    private static let most = 100 * price
    /// Repetitions that each second brings.
    private static let perSecond = 10

    private let percent: Int
    private var credit = RetryBudget.perSecond * RetryBudget.price
    private var filledAt: Int64 = 0

    /// - Parameter percent: repetitions for each hundred requests; with 0 there are none at all.
    init(percent: Int) { self.percent = percent }

    /// A request has come.
    @inline(__always)
    mutating func earn() { credit = min(credit &+ percent, Self.most) }

    /// Takes one repetition, where one is left.
    ///
    /// - Parameter now: milliseconds of a monotonic clock.
    mutating func spend(now: Int64) -> Bool {
        guard percent > 0 else { return false }
        let passed = min(max(now - filledAt, 0), 1000)
        filledAt = now
        // What a second brings does not pile up.
        let floor = Self.perSecond * Self.price
        if credit < floor { credit = min(credit + Int(passed) * floor / 1000, floor) }
        guard credit >= Self.price else { return false }
        credit -= Self.price
        return true
    }
}
