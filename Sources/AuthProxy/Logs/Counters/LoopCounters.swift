public import HTTPWire
internal import Synchronization
public import Tokens

/// The counters of one loop. The loop's thread counts, any thread may read.
///
/// Counting is a plain load and store, without a lock prefix: only one thread writes, so none is lost.
/// Unchecked: the slots are atomics, and the pointer to them never changes.
/// Safe: the slots are initialised in `init`, freed in `deinit`, and each index comes from a family below.
@safe
public final class LoopCounters: @unchecked Sendable {
    /// The slots of one family: as many as it has cases.
    struct Family {
        let start: Int
        let count: Int
        var end: Int { start + count }
    }

    /// 1xx to 5xx, and then requests that ended without an answer.
    static let status = Family(start: 0, count: 6)
    static let verdict = Family(start: status.end, count: VerdictCode.allCases.count)
    static let requestFlaw = Family(start: verdict.end, count: HTTPParseError.Kind.allCases.count)
    static let limit = Family(start: requestFlaw.end, count: LimitKind.allCases.count)
    static let upstream = Family(start: limit.end, count: UpstreamErrorKind.allCases.count)
    static let store = Family(start: upstream.end, count: storeErrors.count)
    static let issuer = Family(start: store.end, count: IssuerCounter.allCases.count)
    static let route = Family(start: issuer.end, count: RouteCounter.allCases.count)
    static let tls = Family(start: route.end, count: TLSCounter.allCases.count)
    static let proxyHeader = Family(start: tls.end, count: ProxyHeaderCounter.allCases.count)
    static let traffic = Family(start: proxyHeader.end, count: TrafficCounter.allCases.count)
    static let gauge = Family(start: traffic.end, count: LoopGauge.allCases.count)
    /// For each phase its intervals, and the sum in microseconds.
    static let durations = Family(
        start: gauge.end, count: DurationPhase.allCases.count * (DurationPhase.intervals + 1))
    /// In the order of their slots.
    static let storeErrors: [(kind: TokenStoreError.Kind, text: StaticString)] = [
        (.unreachable, "unreachable"), (.timedOut, "timed_out"), (.readOnly, "read_only"),
        (.notPermitted, "not_permitted"), (.corrupt, "corrupt"), (.closed, "closed"),
    ]

    /// Slots left free on both sides (128 bytes), so that the counters of two loops never share a cache line.
    private static let padding = 16
    private let slots: UnsafeMutablePointer<Atomic<UInt64>>
    /// Where the slots of times, and those of traffic, begin: what each request asks for.
    private let durationSlots: UnsafeMutablePointer<Atomic<UInt64>>
    private let trafficSlots: UnsafeMutablePointer<Atomic<UInt64>>

    /// Counters at zero.
    public init() {
        let count = Self.durations.end + 2 * Self.padding
        unsafe slots = .allocate(capacity: count)
        unsafe durationSlots = slots + (Self.padding + Self.durations.start)
        unsafe trafficSlots = slots + (Self.padding + Self.traffic.start)
        for index in 0..<count { unsafe (slots + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe slots.deinitialize(count: Self.durations.end + 2 * Self.padding)
        unsafe slots.deallocate()
    }

    /// Counts a request by the class of its status; a status outside 100 to 599 counts as "no answer".
    public func count(status: Int) {
        add(1, at: Self.status.start + (100...599 ~= status ? status / 100 - 1 : 5))
    }

    /// Counts a verdict.
    public func count(_ verdict: VerdictCode) { add(1, at: Self.verdict.start + Int(verdict.rawValue)) }

    /// Counts a message that was refused for its form.
    public func count(_ flaw: HTTPParseError.Kind) { add(1, at: Self.requestFlaw.start + Int(flaw.rawValue)) }

    /// Counts a limit that was hit.
    public func count(_ limit: LimitKind) { add(1, at: Self.limit.start + Int(limit.rawValue)) }

    /// Counts what a route decided.
    public func count(_ event: RouteCounter) { add(1, at: Self.route.start + Int(event.rawValue)) }

    /// Counts a failure on the upstream's side.
    public func count(_ error: UpstreamErrorKind) { add(1, at: Self.upstream.start + Int(error.rawValue)) }

    /// Counts a connection that ended at the header of the PROXY protocol.
    public func count(_ refusal: ProxyHeaderCounter) { add(1, at: Self.proxyHeader.start + Int(refusal.rawValue)) }

    /// Counts an event of the key sets of issuers.
    public func count(_ event: IssuerCounter) { add(1, at: Self.issuer.start + Int(event.rawValue)) }

    /// Counts a TLS handshake.
    public func count(_ outcome: TLSCounter) { add(1, at: Self.tls.start + Int(outcome.rawValue)) }

    /// Counts a failure of the store.
    public func count(store error: TokenStoreError.Kind) {
        // Each kind is in the table; a test watches over that.
        guard let index = Self.storeErrors.firstIndex(where: { $0.kind == error }) else { return }
        add(1, at: Self.store.start + index)
    }

    /// Adds to a number of traffic; negative for one that falls.
    public func add(_ number: Int, to counter: TrafficCounter) {
        // Each case has a slot.
        unsafe Self.add(UInt64(bitPattern: Int64(number)), to: trafficSlots + Int(counter.rawValue))
    }

    /// Notes how long something took.
    @inline(__always)
    public func note(_ phase: DurationPhase, microseconds: Int64) {
        // The phase's own slots: the intervals, of which there is one for each number, and the sum.
        let first = unsafe durationSlots + Int(phase.rawValue) &* (DurationPhase.intervals &+ 1)
        unsafe Self.add(1, to: first + DurationPhase.interval(microseconds))
        unsafe Self.add(UInt64(bitPattern: max(microseconds, 0)), to: first + DurationPhase.intervals)
    }

    /// Says what the loop has of something now.
    public func set(_ number: Int, of gauge: LoopGauge) {
        let index = Self.gauge.start + Int(gauge.rawValue)
        add(UInt64(bitPattern: Int64(number)) &- value(at: index), at: index)
    }

    /// Reads a slot.
    func value(at index: Int) -> UInt64 {
        assert(index >= 0 && index < Self.durations.end)
        // Within what `init` made.
        return unsafe slots[Self.padding + index].load(ordering: .relaxed)
    }

    /// Adds to a slot, on the loop's thread.
    @inline(__always)
    private func add(_ number: UInt64, at index: Int) {
        assert(index >= 0 && index < Self.durations.end)
        // Within what `init` made.
        unsafe Self.add(number, to: slots + (Self.padding + index))
    }

    @inline(__always)
    private static func add(_ number: UInt64, to slot: UnsafeMutablePointer<Atomic<UInt64>>) {
        // A slot of the one thread that writes; the caller took it from within what `init` made.
        unsafe slot.pointee.store(slot.pointee.load(ordering: .relaxed) &+ number, ordering: .relaxed)
    }
}
