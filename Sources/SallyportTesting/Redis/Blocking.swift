internal import Foundation

/// Runs something that blocks (processes that are started and waited for) on a thread of its own: the pool of Swift's
/// tasks has one thread for each core, and a test that holds one of them slows all others down.
func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
