internal import Glibc
internal import HTTPWire

/// What all threads hand to the writing thread: lines by channel, and orders. Appending never waits for a disk or a
/// reader, only for the copying of another thread's batch.
///
/// Unchecked: all of its state is reached with the monitor's lock held.
final class LogQueue: @unchecked Sendable {
    /// What the writing thread is told when it wakes up.
    struct Orders {
        var reopenings: UInt64
        var isStopping: Bool
    }

    private let monitor = LogMonitor()
    private var backlogs: [LogBacklog]
    private let isOff: [Bool]
    private var tally = LogStatistics()
    private var isSignalled = false
    private var isStopping = false
    private var isFinished = false
    private var reopeningsAsked: UInt64 = 0
    private var reopeningsDone: UInt64 = 0
    private let signal: LogSignal

    /// A queue whose channels hold at most `limit` bytes each.
    init(limit: Int, isOff: [Bool]) throws(LogFileError) {
        signal = try LogSignal()
        self.isOff = isOff
        // Half may wait while the other half is being written.
        backlogs = LogChannel.allCases.map { _ in LogBacklog(limit: max(limit, LogWriter.leastBufferBytes) / 2) }
    }

    /// The descriptor that is readable when there is something to do.
    var wakeDescriptor: CInt { signal.readable }

    /// Whether lines of this channel go nowhere.
    func isOff(_ channel: LogChannel) -> Bool { isOff[channel.rawValue] }

    /// Takes whole lines in, or drops and counts them; audit lines that do not fit go to the fallback.
    func submit(_ bytes: OutputBuffer, lines: Int, to channel: LogChannel) {
        guard !isOff[channel.rawValue] else { return }
        let mustWake = monitor.locked {
            if isStopping {
                backlogs[channel.rawValue].drop(lines: lines)
            } else if !backlogs[channel.rawValue].append(bytes, lines: lines) {
                if channel == .audit {
                    divert(bytes, lines: lines)
                } else {
                    backlogs[channel.rawValue].drop(lines: lines)
                }
            }
            return mayWake()
        }
        // Outside the lock, which the woken thread takes at once.
        if mustWake { signal.raise() }
    }

    /// Hands the waiting lines of a channel over; nil if there are none and nothing is to be told.
    func take(_ channel: LogChannel, into buffer: inout OutputBuffer) -> (lines: Int, dropped: UInt64)? {
        monitor.locked {
            guard backlogs[channel.rawValue].isWorthTaking else { return nil }
            return backlogs[channel.rawValue].take(into: &buffer)
        }
    }

    /// Says that the thread has written so many lines, or found another end for them.
    func settle(_ channel: LogChannel, lines: Int) {
        monitor.locked { backlogs[channel.rawValue].settled += UInt64(lines) }
        monitor.broadcast()
    }

    /// Counts lines that the thread had taken and could not write anywhere.
    func giveUp(_ channel: LogChannel, lines: Int) {
        monitor.locked { backlogs[channel.rawValue].drop(lines: lines) }
    }

    /// Moves lines that could not be written where they belong to standard error.
    func divert(unwritten bytes: OutputBuffer, lines: Int) {
        monitor.locked {
            divert(bytes, lines: lines)
            backlogs[LogChannel.audit.rawValue].settled += UInt64(lines)
        }
        monitor.broadcast()
    }

    private func divert(_ bytes: OutputBuffer, lines: Int) {
        if backlogs[LogChannel.fallback.rawValue].append(bytes, lines: lines) {
            tally.auditDiverted += UInt64(lines)
        } else {
            backlogs[LogChannel.fallback.rawValue].drop(lines: lines)
        }
    }

    /// Counts the beginning of a fault.
    func countWriteFault() { monitor.locked { tally.writeFaults += 1 } }

    /// Counts a file that could not be reopened.
    func countReopenFault() { monitor.locked { tally.reopenFaults += 1 } }

    /// Asks for all files to be opened anew.
    func askForReopening() {
        let mustWake = monitor.locked {
            reopeningsAsked += 1
            return mayWake()
        }
        if mustWake { signal.raise() }
    }

    /// Called by the thread when it wakes up.
    func takeOrders() -> Orders {
        // First the pipe: a signal that comes between the two is one too many, never one too few.
        signal.clear()
        return monitor.locked {
            isSignalled = false
            return Orders(reopenings: reopeningsAsked, isStopping: isStopping)
        }
    }

    /// Says that files were opened anew.
    func reopened(_ count: UInt64) {
        monitor.locked { reopeningsDone = count }
        monitor.broadcast()
    }

    /// Refuses lines from now on, and tells the thread to end.
    func stop() {
        let mustWake = monitor.locked {
            isStopping = true
            return mayWake()
        }
        if mustWake { signal.raise() }
    }

    /// Says that the thread has ended; what still waits is lost, and counted.
    func finish() {
        monitor.locked {
            isFinished = true
            for index in backlogs.indices { backlogs[index].drop(lines: backlogs[index].lines) }
        }
        monitor.broadcast()
    }

    /// Waits until all lines that were taken in before, and reopenings asked for before, are dealt with.
    func waitUntilSettled(deadline: Int64) -> Bool {
        monitor.locked {
            let goal = backlogs.map(\.accepted)
            let reopenings = reopeningsAsked
            func isSettled() -> Bool {
                reopeningsDone >= reopenings && zip(backlogs, goal).allSatisfy { $0.settled >= $1 }
            }
            _ = monitor.wait(until: deadline) { isFinished || isSettled() }
            // What was diverted meanwhile waits in the fallback.
            let fallback = backlogs[LogChannel.fallback.rawValue].accepted
            func isDiversionSettled() -> Bool { backlogs[LogChannel.fallback.rawValue].settled >= fallback }
            _ = monitor.wait(until: deadline) { isFinished || isDiversionSettled() }
            return isSettled() && isDiversionSettled()
        }
    }

    /// Waits until the thread has ended.
    func waitUntilFinished(deadline: Int64) -> Bool {
        monitor.locked { monitor.wait(until: deadline) { isFinished } }
    }

    /// What became of lines so far.
    var statistics: LogStatistics {
        monitor.locked {
            var result = tally
            result.accessDropped = backlogs[LogChannel.access.rawValue].dropped
            result.diagnosticsDropped = backlogs[LogChannel.diagnostic.rawValue].dropped
            result.auditLost =
                backlogs[LogChannel.audit.rawValue].dropped + backlogs[LogChannel.fallback.rawValue].dropped
            return result
        }
    }

    /// The lock is held. One byte wakes the thread; more are not needed until it has woken up.
    private func mayWake() -> Bool {
        defer { isSignalled = true }
        return !isSignalled
    }
}
