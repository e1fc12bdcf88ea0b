internal import Synchronization
public import Tokens

/// A wall clock that stands still until a test moves it. Safe to share.
public final class ManualClock: Sendable {
    private let seconds: Atomic<Int64>

    /// A clock that shows the given second since the epoch.
    public init(_ start: Int64 = 1_800_000_000) {
        seconds = Atomic(start)
    }

    /// What it shows.
    public var now: Int64 { seconds.load(ordering: .sequentiallyConsistent) }

    /// The clock as the product reads it.
    public var wallClock: WallClock { WallClock { self.now } }

    /// Moves it, forwards or backwards.
    public func advance(bySeconds amount: Int64) {
        seconds.wrappingAdd(amount, ordering: .sequentiallyConsistent)
    }
}
