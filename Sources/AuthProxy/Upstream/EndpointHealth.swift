internal import SallyportConfiguration

/// What one loop knows about whether an endpoint works: failures in a row put it out for a growing time, then one request
/// a second tries it. A state machine without I/O and without a clock; times are milliseconds of a monotonic clock.
struct EndpointHealth {
    /// Where a request failed.
    enum Failure: UInt8 {
        /// There was no connection: no request can have caused that.
        case connect
        /// No answer, or a broken one.
        case answer
    }

    /// Failures since the last success.
    private(set) var failures = 0
    private var cause = Failure.answer
    /// Until when it gets no requests; 0: it gets them.
    private(set) var ejectedUntil: Int64 = 0
    /// Whether its time is over, and nothing has shown yet that it works.
    private(set) var isOnTrial = false
    /// When a request last went to try it.
    private var triedAt: Int64 = 0
    /// How often its time was doubled.
    private var doublings = 0
    private var backAt: Int64 = 0
    /// What health checks say.
    var isChecked = true

    /// Whether it may get requests.
    var isUsable: Bool { ejectedUntil == 0 && isChecked }

    /// A request failed.
    ///
    /// - Returns: whether that is reason to eject it.
    mutating func fail(_ failure: Failure, _ rules: UpstreamConfiguration.Ejection) -> Bool {
        guard ejectedUntil == 0, rules.failures > 0 else { return false }
        cause = failure
        failures += 1
        return isOnTrial || failures >= rules.failures
    }

    /// Ejects it.
    ///
    /// - Returns: for how many milliseconds.
    mutating func eject(now: Int64, _ rules: UpstreamConfiguration.Ejection) -> Int64 {
        let longest = Int64(rules.maxSeconds * 1000)
        // It worked for long: the past is forgiven.
        doublings = backAt > 0 && now - backAt < longest ? min(doublings + 1, 30) : 0
        let time = min(Int64(rules.baseSeconds * 1000) << Int64(doublings), longest)
        ejectedUntil = now + time
        isOnTrial = false
        failures = 0
        return time
    }

    /// Has it tried again if its time is over.
    ///
    /// - Returns: whether it is.
    mutating func tryAgain(now: Int64) -> Bool {
        guard ejectedUntil > 0, ejectedUntil <= now else { return false }
        ejectedUntil = 0
        isOnTrial = true
        triedAt = 0
        backAt = now
        return true
    }

    /// Has it tried no later than then: it is one of those that nobody is left beside.
    mutating func hasten(to time: Int64) { if ejectedUntil > time { ejectedUntil = time } }

    /// Whether a request may try it now. One that hangs is no reason never to send another one.
    func mayBeTried(now: Int64) -> Bool { now - triedAt >= 1000 }

    /// A request goes to try it.
    mutating func noteTrial(now: Int64) { triedAt = now }

    /// A connection came about: that is all that was wrong with it where connections failed.
    mutating func connected() { if cause == .connect { succeed() } }

    /// It has answered a request, or enough health checks.
    mutating func succeed() {
        failures = 0
        isOnTrial = false
        ejectedUntil = 0
    }
}
