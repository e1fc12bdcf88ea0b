import Tokens

/// What a store has announced, in order; a test waits for the next announcement itself, not for a time.
struct Watcher {
    private var announcements: AsyncStream<StoreInvalidation>.Iterator

    init(_ store: some TokenStore) {
        let (stream, continuation) = AsyncStream.makeStream(of: StoreInvalidation.self)
        store.observeInvalidations { continuation.yield($0) }
        announcements = stream.makeAsyncIterator()
    }

    mutating func next() async -> StoreInvalidation? { await announcements.next() }

    /// Waits for an announcement, past others.
    mutating func wait(for announcement: StoreInvalidation) async {
        while let next = await next(), next != announcement {}
    }
}
