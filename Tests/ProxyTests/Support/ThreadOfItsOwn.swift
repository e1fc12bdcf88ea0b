import SallyportTesting
import Synchronization
import Testing

/// Runs each test of a suite on threads of its own, so that one may wait for a socket without keeping another from
/// running: Swift's shared threads are as few as the machine's cores. So many tests run at a time that waiting ones cost
/// nothing, and so few that each gets on before its deadlines, under a sanitizer too.
struct ThreadOfItsOwn: SuiteTrait, TestTrait, TestScoping {
    private static let places = Places(count: 16)

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Self.places.take()
        defer { Self.places.give() }
        try await withTaskExecutorPreference(ThreadPerJob(), operation: function)
    }
}

extension Trait where Self == ThreadOfItsOwn {
    /// Runs each test on threads of its own.
    static var threadOfItsOwn: ThreadOfItsOwn { ThreadOfItsOwn() }
}

private final class ThreadPerJob: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedTaskExecutor()
        // The executor is named by its job until that ran; the closure keeps it that long.
        startThread { [self] in
            withExtendedLifetime(self) { unsafe job.runSynchronously(on: executor) }
        }
    }
}

/// A number of places that tasks wait for without a thread, the first come first.
private final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(free: count)) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isTaken = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isTaken { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
