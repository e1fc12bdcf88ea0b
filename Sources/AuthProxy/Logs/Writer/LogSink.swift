internal import SallyportConfiguration
internal import Glibc
internal import HTTPWire

/// One place that lines go to, with the batch that is being written. It lives on the writing thread.
final class LogSink {
    /// What a turn came to.
    enum Progress: Equatable {
        /// Nothing waits.
        case idle
        /// There may be more.
        case busy
        /// The place takes nothing at present; `poll` tells when.
        case stalled
        /// Writing failed; it is tried again at this point of the monotonic clock.
        case faulted(retryAt: Int64)
    }

    /// Between two attempts after a failure, in nanoseconds.
    private static let retryInterval: Int64 = 1_000_000_000

    /// Its name in messages.
    let name: String
    /// The file's path, if it is one that is reopened.
    private let path: String?
    private(set) var descriptor: LogDescriptor
    /// The channels that it serves.
    var channels: [LogChannel] = []
    private let queue: LogQueue
    private let notices: LogNotices

    /// The batch: whole lines, the first of which may be out in part.
    private var batch = OutputBuffer(capacity: 4096, retainedCapacity: 64 * 1024)
    private var batchChannel = LogChannel.access
    /// Lines of the batch that count for its channel.
    private var batchLines = 0
    /// Whether the batch ends in a line more, which tells of dropped ones.
    private var hasNotice = false
    /// How many bytes of the batch's first line are out.
    private var written = 0
    /// Whether the last line in the place has no end, because its rest went elsewhere.
    private var isTorn = false
    private var fault: CInt?
    private var retryAt: Int64 = 0
    /// The index of the channel that is looked at next.
    private var turn = 0

    init(name: String, path: String?, descriptor: consuming LogDescriptor, queue: LogQueue, notices: LogNotices) {
        self.name = name
        self.path = path
        self.descriptor = descriptor
        self.queue = queue
        self.notices = notices
    }

    /// Writes at most one batch, as far as the place takes it.
    func advance() -> Progress {
        if fault != nil, LogMonitor.now < retryAt {
            divertWaitingAuditLines()
            return .faulted(retryAt: retryAt)
        }
        guard !batch.isEmpty || takeBatch() else { return .idle }
        if let progress = mendTornLine() { return progress }
        while !batch.isEmpty {
            // The pointer is used within the call only.
            let outcome = unsafe batch.withUnsafeBytes {
                unsafe descriptor.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            switch outcome {
            case .wrote(let count):
                recover()
                advance(by: count)
            case .wouldBlock: return .stalled
            case .failed(let code): return fail(code)
            }
        }
        return .busy
    }

    /// Gives up: what is still here goes to standard error where it is audit lines, and is counted otherwise.
    func abandon() {
        divertBatch()
        divertWaitingAuditLines()
        guard !batch.isEmpty else { return }
        queue.giveUp(batchChannel, lines: waitingLines)
        dropBatch()
    }

    /// Opens the file anew, so that a renamed one is let go. If that fails the old one stays in use.
    func reopen() {
        guard let path else { return }
        do throws(LogFileError) {
            let opened = try LogDescriptor(path: path)
            if !LogDescriptor.areSame(opened.number, descriptor.number) {
                // The line that was out in part is written whole into the new file.
                written = 0
                isTorn = false
            }
            descriptor = opened
            retryAt = 0
        } catch {
            queue.countReopenFault()
            notices.report(.error, "\(error); the file that was open before stays in use")
        }
    }

    private func takeBatch() -> Bool {
        for step in 0..<channels.count {
            let index = (turn + step) % channels.count
            guard let (lines, dropped) = queue.take(channels[index], into: &batch) else { continue }
            turn = (index + 1) % channels.count
            batchChannel = channels[index]
            batchLines = lines
            hasNotice = dropped > 0
            if hasNotice { notices.appendDropped(dropped, channel: batchChannel, to: batch) }
            return true
        }
        return false
    }

    /// Forgets what is out: whole lines at once, the beginning of a line when its end is out as well.
    private func advance(by count: Int) {
        let end = written + count
        // `end` is at most the number of bytes in the batch.
        let wholeLines = unsafe batch.withUnsafeBytes { bytes in
            var place = end
            while place > 0, unsafe bytes[place - 1] != UInt8(ascii: "\n") { place -= 1 }
            return place
        }
        batch.consume(first: wholeLines)
        written = end - wholeLines
        if batch.isEmpty {
            queue.settle(batchChannel, lines: batchLines)
            batchLines = 0
        }
    }

    private func mendTornLine() -> Progress? {
        guard isTorn else { return nil }
        var end = UInt8(ascii: "\n")
        // The pointer is used within the call only.
        let outcome = unsafe withUnsafeBytes(of: &end) { unsafe descriptor.write($0) }
        switch outcome {
        case .wrote: isTorn = false
        case .wouldBlock: return .stalled
        case .failed(let code): return fail(code)
        }
        return nil
    }

    private func fail(_ code: CInt) -> Progress {
        retryAt = LogMonitor.now + Self.retryInterval
        if fault != code {
            fault = code
            queue.countWriteFault()
            let audit = channels.contains(.audit) ? "; its audit lines go to standard error meanwhile" : ""
            notices.report(
                .error, "cannot write to the log \(LogFileError(place: name, code: code).placeAndReason)\(audit)")
        }
        if batchChannel == .audit { divertBatch() }
        divertWaitingAuditLines()
        return .faulted(retryAt: retryAt)
    }

    private func recover() {
        guard fault != nil else { return }
        fault = nil
        notices.report(.notice, "the log \(name) is written again")
    }

    /// Sends the batch to standard error if it is of audit lines, from the beginning of the line that is not out whole.
    private func divertBatch() {
        guard batchChannel == .audit, !batch.isEmpty else { return }
        let waiting = waitingLines
        queue.settle(.audit, lines: batchLines - waiting)
        queue.divert(unwritten: batch, lines: waiting)
        dropBatch()
    }

    private func dropBatch() {
        isTorn = isTorn || written > 0
        batch.removeAll()
        batchLines = 0
        written = 0
    }

    /// How many lines of the batch are not out.
    private var waitingLines: Int {
        // The pointer is used within the call only.
        let ends = unsafe batch.withUnsafeBytes { unsafe $0.count { $0 == UInt8(ascii: "\n") } }
        return max(ends - (hasNotice ? 1 : 0), 0)
    }

    private func divertWaitingAuditLines() {
        guard channels.contains(.audit), batch.isEmpty || batchChannel != .audit else { return }
        var waiting = OutputBuffer(capacity: 16)
        guard let (lines, dropped) = queue.take(.audit, into: &waiting) else { return }
        if dropped > 0 { notices.appendDropped(dropped, channel: .audit, to: waiting) }
        queue.divert(unwritten: waiting, lines: lines)
    }
}
