internal import Glibc

/// A moment after which a test stops waiting.
public struct Deadline: Sendable {
    private let moment: ContinuousClock.Instant

    /// A moment from now on.
    public init(in duration: Duration) {
        moment = ContinuousClock.now.advanced(by: duration)
    }

    /// What a test waits at most for anything that should come at once, on a machine that is busy with other tests.
    public static var soon: Deadline { Deadline(in: .seconds(20)) }

    /// Whether it has come.
    public var hasPassed: Bool { ContinuousClock.now >= moment }

    /// What poll(2) takes: whole milliseconds, rounded up, 0 when the moment has come.
    var milliseconds: CInt {
        let left = moment - ContinuousClock.now
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        return CInt(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}

/// Asks a condition again and again until it holds; false if it does not before the deadline.
public func waitUntil(_ deadline: Deadline = .soon, _ condition: () throws -> Bool) rethrows -> Bool {
    while true {
        if try condition() { return true }
        if deadline.hasPassed { return false }
        usleep(1000)
    }
}
