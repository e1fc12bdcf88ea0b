/// Waits until a condition holds, by looking again and again; how long that took, or nil when the time was over.
func wait(
    atMost limit: Duration = .seconds(10), until condition: () async throws -> Bool
) async rethrows -> Duration? {
    let clock = ContinuousClock()
    let start = clock.now
    while true {
        if try await condition() { return clock.now - start }
        guard clock.now - start < limit else { return nil }
        // The pause between two looks; nothing depends on its length.
        try? await Task.sleep(for: .milliseconds(2))
    }
}

/// How long something takes.
func duration<Value>(of work: () async throws -> Value) async rethrows -> (Duration, Value) {
    let clock = ContinuousClock()
    let start = clock.now
    let value = try await work()
    return (clock.now - start, value)
}
