internal import HTTPWire

/// The lines of one channel that wait for the writing thread. It is used with the queue's lock held.
struct LogBacklog {
    /// Whole lines, oldest first.
    private(set) var bytes = OutputBuffer(capacity: 4096, retainedCapacity: 64 * 1024)
    /// How many lines `bytes` holds.
    private(set) var lines = 0
    /// Lines that were dropped since that was last said.
    private(set) var untold: UInt64 = 0
    /// All lines that were dropped.
    private(set) var dropped: UInt64 = 0
    /// All lines that were taken in.
    private(set) var accepted: UInt64 = 0
    /// How many of those the thread has dealt with.
    var settled: UInt64 = 0
    /// The most bytes that may wait. Another such portion may be in the thread's hands.
    let limit: Int

    /// Whether there are lines to write, or dropped ones to tell of.
    var isWorthTaking: Bool { !bytes.isEmpty || untold > 0 }

    init(limit: Int) { self.limit = limit }

    /// Takes lines in, unless they do not fit.
    mutating func append(_ added: OutputBuffer, lines count: Int) -> Bool {
        guard bytes.count + added.count <= limit else { return false }
        // The pointer is used within the call only; the two buffers are not the same.
        unsafe added.withUnsafeBytes { unsafe bytes.append($0) }
        lines += count
        accepted += UInt64(count)
        return true
    }

    /// Counts lines that were not taken in.
    mutating func drop(lines count: Int) {
        untold += UInt64(count)
        dropped += UInt64(count)
    }

    /// Hands all lines over in exchange for an empty buffer, and how many were dropped meanwhile.
    mutating func take(into empty: inout OutputBuffer) -> (lines: Int, dropped: UInt64) {
        swap(&bytes, &empty)
        defer {
            lines = 0
            untold = 0
        }
        return (lines, untold)
    }
}
