internal import Dispatch
internal import Synchronization

/// Lets one thread wait for others. It has no descriptor: a process that has none left is drained as any other.
final class Latch: Sendable {
    private let remaining: Mutex<Int>
    private let isOpen = DispatchSemaphore(value: 0)

    init(_ count: Int) {
        remaining = Mutex(count)
        if count == 0 { isOpen.signal() }
    }

    /// One of the others is done.
    func arrive() {
        let isLast = remaining.withLock { count in
            count -= 1
            return count == 0
        }
        if isLast { isOpen.signal() }
    }

    /// Waits until all are, once; false if the time was over first.
    func wait(_ timeout: Duration) -> Bool {
        let milliseconds = min(max(timeout / .milliseconds(1), 0), 1e12)
        return isOpen.wait(timeout: .now() + .milliseconds(Int(milliseconds))) == .success
    }
}
