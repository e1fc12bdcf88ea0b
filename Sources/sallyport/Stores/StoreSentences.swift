internal import Synchronization

/// Passes on what the stores of several loops have to say, each sentence once: they have one Redis, and find out the same
/// about it at nearly the same time.
final class StoreSentences: Sendable {
    /// For how long a sentence is not repeated.
    private static let pause = Duration.seconds(5)
    private let told = Mutex<[String: ContinuousClock.Instant]>([:])
    private let write: @Sendable (String) -> Void

    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// Passes a sentence on, unless that was done a moment ago.
    func say(_ sentence: String, now: ContinuousClock.Instant = .now) {
        let isNew = told.withLock { told in
            told = told.filter { now - $0.value < Self.pause }
            guard told[sentence] == nil else { return false }
            told[sentence] = now
            return true
        }
        if isNew { write(sentence) }
    }
}
