import EventIO
import Testing

/// Gives each test of a suite a thread of its own: what it measures must not wait for the pool of Swift's tasks, whose few
/// threads other tests may hold.
struct OwnThread: TestTrait, SuiteTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        let thread = try LoopThread(name: "test")
        let result: Result<Void, any Error>
        do {
            result = .success(try await withTaskExecutorPreference(thread.loop) { try await function() })
        } catch {
            result = .failure(error)
        }
        thread.join()
        try result.get()
    }
}

extension Trait where Self == OwnThread {
    /// See ``OwnThread``.
    static var ownThread: OwnThread { OwnThread() }
}
