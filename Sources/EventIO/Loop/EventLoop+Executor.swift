internal import Glibc

/// A loop is a Swift executor: tasks that prefer it run on its thread, between its events, so that the slow path is
/// straight async code without a lock.
extension EventLoop: SerialExecutor, TaskExecutor {
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent { readyJobs.append(job) } else { mail(job) }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        unsafe UnownedTaskExecutor(ordinary: self)
    }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    public func checkIsolated() {
        precondition(isCurrent, "code that belongs to a loop runs on another thread")
    }

    /// Starts a task whose code runs on the loop's thread, wherever it was started from.
    public func startTask(_ operation: @escaping @Sendable () async -> Void) {
        Task(executorPreference: self, operation: operation)
    }

    /// Runs the jobs that are ready; those that they make ready come later, so that a task that yields leaves room.
    func runReadyJobs() {
        var jobs: [UnownedJob] = []
        swap(&jobs, &readyJobs)
        // The executor is this loop, which is alive while it runs. No actor is isolated to it: told as the tasks' preference
        // alone, a call from one async function to the next stays where it is, and is not put in the queue.
        for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
