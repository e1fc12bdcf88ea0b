/// Bytes on their way out: raw memory that grows by doubling and is reused. It belongs to one loop.
///
/// Bytes are appended at the end and consumed from the front; what was consumed makes room when more is needed.
///
/// Safe: the memory is private, freed once, and each access lies within `start..<end` or behind a reservation.
/// Exclusivity is not checked at run time for the three variables: each is loaded or stored at once, no access to one
/// spans a call, and the checks cost three quarters of all that is written here.
@safe
public final class OutputBuffer {
    /// The memory: allocated in `init` and `grow`, freed in `deinit` and `grow`, never handed out beyond a call.
    @exclusivity(unchecked) @usableFromInline var storage: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) @usableFromInline var uncheckedStart = 0
    @exclusivity(unchecked) @usableFromInline var uncheckedEnd = 0

    /// Offset of the first byte that was not consumed.
    @inlinable
    var start: Int {
        // One load or one store: no other access can fall into it on the one thread that uses the buffer.
        get { unsafe uncheckedStart }
        set { unsafe uncheckedStart = newValue }
    }

    /// Offset behind the last byte.
    @inlinable
    var end: Int {
        // As above.
        get { unsafe uncheckedEnd }
        set { unsafe uncheckedEnd = newValue }
    }

    /// Above this capacity, an emptied buffer gives its memory back.
    private let retainedCapacity: Int
    /// Where its memory is counted.
    private let account: BufferAccount?

    /// An empty buffer.
    ///
    /// - Parameters:
    ///   - retainedCapacity: the most memory that an emptied buffer keeps.
    ///   - account: where its memory is counted.
    public init(capacity: Int = 4096, retainedCapacity: Int = 256 * 1024, account: BufferAccount? = nil) {
        unsafe storage = .allocate(byteCount: max(capacity, 16), alignment: 16)
        self.retainedCapacity = max(retainedCapacity, capacity, 16)
        self.account = account
        account?.add(max(capacity, 16))
    }

    deinit {
        unsafe account?.add(-storage.count)
        unsafe storage.deallocate()
    }

    /// How much memory it holds.
    public var capacity: Int { unsafe storage.count }

    /// The number of bytes.
    @inlinable
    public var count: Int { end &- start }

    /// Whether there is no byte.
    @inlinable
    public var isEmpty: Bool { start == end }

    /// Makes room for `extra` bytes behind the last one.
    @inlinable
    public func reserve(_ extra: Int) {
        if unsafe storage.count &- end < extra { makeRoom(extra) }
    }

    /// Moves the bytes to the front where that is enough, and to more memory otherwise.
    @usableFromInline
    func makeRoom(_ extra: Int) {
        let used = count
        if start > 0, unsafe storage.count - used >= extra, start >= used {
            // Both ranges lie within the storage; they do not overlap because `start >= used`.
            unsafe storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
        } else {
            let capacity = unsafe max(storage.count * 2, used + extra)
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
            // The new memory holds at least `used` bytes; the old one is freed here and nowhere else.
            unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
            unsafe account?.add(larger.count - storage.count)
            unsafe storage.deallocate()
            unsafe storage = larger
        }
        start = 0
        end = used
    }

    /// Forgets all bytes and keeps the memory, unless it has grown out of proportion.
    public func removeAll() {
        start = 0
        end = 0
        if unsafe storage.count > retainedCapacity {
            unsafe account?.add(retainedCapacity - storage.count)
            // Nobody holds a pointer into it: they are lent for the length of a call only.
            unsafe storage.deallocate()
            unsafe storage = .allocate(byteCount: retainedCapacity, alignment: 16)
        }
    }

    /// Forgets the first `count` bytes; more than there are count as all.
    @inlinable
    public func consume(first count: Int) {
        start &+= min(max(count, 0), self.count)
        if start == end { removeAll() }
    }

    /// Forgets all bytes behind the first `count`: takes back what was appended since.
    public func truncate(to count: Int) {
        end = start + min(max(count, 0), self.count)
    }

    /// Lends the bytes to `body`.
    @inlinable
    public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // `start..<end` lies within the storage at all times.
        try unsafe body(UnsafeRawBufferPointer(rebasing: storage[start..<end]))
    }

    /// The bytes, good until the buffer changes: a class cannot have the compiler watch over that, so the caller does.
    @unsafe
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        borrowing get {
            // The span is bound to a borrow of the buffer that owns the memory; `start..<end` lies within it.
            let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes as text, for tests and places off the hot path.
    public var string: String {
        unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
