internal import CLibevent
internal import Glibc
internal import Synchronization

/// How other threads reach a loop: a locked list, and an `eventfd` that wakes the loop once for all that lies in it.
final class Mailbox: Sendable {
    /// What lies in the mailbox.
    enum Letter: Sendable {
        case work(@Sendable () -> Void)
        case job(UnownedJob)
    }

    private struct State {
        var letters: [Letter] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Readable while something lies in the mailbox; closed in `deinit`.
    let descriptor: CInt

    init() throws(IOError) {
        descriptor = sallyport_eventfd()
        if descriptor < 0 { throw IOError.last("create an eventfd") }
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Puts a letter in; false if nobody will ever read it.
    @discardableResult
    func put(_ letter: Letter) -> Bool {
        let (isOpen, wasEmpty) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            let wasEmpty = state.letters.isEmpty
            state.letters.append(letter)
            return (true, wasEmpty)
        }
        if wasEmpty { wake() }
        return isOpen
    }

    /// Takes all letters out.
    func take() -> [Letter] {
        state.withLock { state in
            // The reading loop is awake; whoever puts the next letter in wakes it again.
            var letters: [Letter] = []
            swap(&letters, &state.letters)
            return letters
        }
    }

    /// Makes further letters be refused.
    func close() { state.withLock { $0.isClosed = true } }

    /// Makes the descriptor unreadable again.
    func acknowledge() {
        // Fails only when it is 0 already.
        sallyport_eventfd_lower(descriptor)
    }

    private func wake() {
        // Fails only when the counter is near 2^64.
        sallyport_eventfd_raise(descriptor)
    }
}
