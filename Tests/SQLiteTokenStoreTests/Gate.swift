import Dispatch

@testable import SQLiteTokenStore

/// Holds a thread of a store at a place that the test chose, so that what is asked meanwhile waits together.
struct Gate: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let arrivals: AsyncStream<Void>
    private let arrive: AsyncStream<Void>.Continuation

    init() { (arrivals, arrive) = AsyncStream.makeStream() }

    /// Called on the store's thread.
    func wait() {
        arrive.yield()
        opened.wait()
    }

    /// Waits until the thread is held.
    func entered() async {
        var arrivals = arrivals.makeAsyncIterator()
        await arrivals.next()
    }

    func open() { opened.signal() }
}

/// Waits until so many operations wait for the writing thread of a store.
func waiting(_ count: Int, in store: SQLiteStore) async {
    while store.writer.queue.count < count { await Task.yield() }
}
