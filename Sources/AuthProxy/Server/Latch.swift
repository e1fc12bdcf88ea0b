internal import Glibc
internal import Synchronization

/// Lets one thread wait for others.
final class Latch: Sendable {
    private let remaining: Mutex<Int>
    /// Readable when all have arrived; both ends are closed in `deinit`.
    private let ends: (read: CInt, write: CInt)

    init(_ count: Int) {
        remaining = Mutex(count)
        var pipe: [CInt] = [-1, -1]
        _ = unsafe Glibc.pipe(&pipe)
        ends = (pipe[0], pipe[1])
        if count == 0 { wake() }
    }

    deinit {
        _ = close(ends.read)
        _ = close(ends.write)
    }

    /// One of the others is done.
    func arrive() {
        let isLast = remaining.withLock { count in
            count -= 1
            return count == 0
        }
        if isLast { wake() }
    }

    /// Waits until all are; false if the time was over first.
    func wait(_ timeout: Duration) -> Bool {
        let deadline = ContinuousClock.now.advanced(by: timeout)
        while true {
            let left = deadline - .now
            guard left > .zero else { return remaining.withLock { $0 } <= 0 }
            var entry = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&entry, 1, CInt(clamping: Int64(left / .milliseconds(1)) + 1))
            if count > 0 { return true }
        }
    }

    private func wake() {
        var byte: UInt8 = 1
        _ = unsafe write(ends.write, &byte, 1)
    }
}
