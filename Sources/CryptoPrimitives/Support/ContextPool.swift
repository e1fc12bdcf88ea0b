internal import COpenSSL
internal import Synchronization

/// The idle C contexts of one key, prepared once and taken by one caller at a time.
///
/// A context may serve any thread but not two at once. A caller takes one (or makes one where none is idle), works
/// without a lock, and gives it back; so there are never more of them than callers at the same time. The pool frees
/// the idle ones when it goes; a caller holds its pool's owner while it holds a context.
@safe struct ContextPool: ~Copyable, Sendable {
    /// A context that belongs to whoever holds this value.
    @safe struct Context: @unchecked Sendable {
        // A context is reachable from one holder at a time: it is either idle in the pool or in one caller's hands.
        let pointer: OpaquePointer
    }

    private let idle: Mutex<[Context]>
    private let free: @Sendable (OpaquePointer) -> Void

    /// An empty pool; `free` releases one context.
    init(free: @escaping @Sendable (OpaquePointer) -> Void) {
        var contexts: [Context] = []
        contexts.reserveCapacity(8)
        idle = Mutex(contexts)
        unsafe self.free = free
    }

    deinit {
        // Nobody holds a context any more: its holder would hold the pool's owner.
        for context in idle.withLock({ $0 }) { unsafe free(context.pointer) }
    }

    /// An idle context, or nil where the caller has to make one.
    func take() -> Context? {
        idle.withLock { $0.popLast() }
    }

    /// Gives a context back that is ready for its next use.
    func give(_ context: Context) {
        idle.withLock { $0.append(context) }
    }
}
