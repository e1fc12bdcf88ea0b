import SallyportTesting
import Testing

/// Runs each test of a suite on threads of its own, so that one may wait for a socket without keeping another from
/// running: Swift's shared threads are as few as the machine's cores.
struct ThreadOfItsOwn: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
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
