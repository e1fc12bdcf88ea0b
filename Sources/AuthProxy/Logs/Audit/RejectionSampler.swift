/// Decides which refused tokens are written: of each code a burst, and then one a second, so that whoever sends garbage
/// cannot fill a disk. What is left out is counted, and the count is written.
struct RejectionSampler {
    /// How many events of a code are written at once.
    static let burst: Int64 = 20
    /// Then one in so many microseconds.
    static let interval: Int64 = 1_000_000

    /// The answer for one event.
    enum Decision: Equatable {
        /// Write it, and say that so many were left out before.
        case write(suppressed: UInt64)
        /// Leave it out.
        case suppress
    }

    private struct Bucket {
        /// The allowance that is used up, as a point in time: the bucket is full again when that has passed.
        var spentUntil = Int64.min
        var suppressed: UInt64 = 0
    }

    private var buckets = [Bucket](repeating: Bucket(), count: VerdictCode.allCases.count)

    /// Decides about an event at `time`, in microseconds since the epoch.
    mutating func decide(_ code: VerdictCode, at time: Int64) -> Decision {
        let index = Int(code.rawValue)
        // A clock that was set back must not silence the log until it has caught up.
        let latest = time + Self.burst * Self.interval
        let spent = min(max(buckets[index].spentUntil, time), latest)
        guard spent + Self.interval <= latest else {
            buckets[index].spentUntil = spent
            buckets[index].suppressed += 1
            return .suppress
        }
        buckets[index].spentUntil = spent + Self.interval
        defer { buckets[index].suppressed = 0 }
        return .write(suppressed: buckets[index].suppressed)
    }

    /// Takes the counts that have not been written.
    mutating func takeSuppressed() -> [(code: VerdictCode, count: UInt64)] {
        var result: [(VerdictCode, UInt64)] = []
        for code in VerdictCode.allCases where buckets[Int(code.rawValue)].suppressed > 0 {
            result.append((code, buckets[Int(code.rawValue)].suppressed))
            buckets[Int(code.rawValue)].suppressed = 0
        }
        return result
    }
}
