internal import Glibc

/// The signals that an operator sends, taken one by one by the thread that asks for them.
struct ProcessSignals {
    /// What a signal asks for.
    enum Wish {
        /// SIGHUP: read the configuration anew.
        case reload
        /// SIGTERM, SIGINT: end.
        case end
    }

    private let set: sigset_t

    /// Keeps the signals from ending the process. Call it before other threads are started: they inherit it.
    static func block() -> ProcessSignals {
        var set = sigset_t()
        // The only failures are signals that do not exist.
        _ = unsafe sigemptyset(&set)
        for number in [SIGHUP, SIGTERM, SIGINT] { _ = unsafe sigaddset(&set, number) }
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        return ProcessSignals(set: set)
    }

    /// Waits for the next signal.
    func next() -> Wish {
        var set = set
        while true {
            var number: CInt = 0
            guard unsafe sigwait(&set, &number) == 0 else { continue }
            return number == SIGHUP ? .reload : .end
        }
    }
}
