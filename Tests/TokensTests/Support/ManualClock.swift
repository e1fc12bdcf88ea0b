import Synchronization
import Tokens

/// A clock that a test moves by hand.
final class ManualClock: Sendable {
    private let time: Mutex<Int64>

    init(_ start: Int64 = 1_700_000_000) {
        time = Mutex(start)
    }

    var now: Int64 { time.withLock { $0 } }

    var wallClock: WallClock { WallClock { self.now } }

    func advance(_ seconds: Int64) {
        time.withLock { $0 += seconds }
    }
}
