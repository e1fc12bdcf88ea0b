internal import CLibevent
internal import Glibc
internal import Synchronization

/// One event loop: a thread of its own, an epoll set behind libevent, a timer wheel, and a Swift executor.
///
/// All that hangs on a loop (streams, listeners, timers) is touched on its thread only; other threads use
/// ``post(_:)``. Each turn waits for events, calls their handlers, then runs what was put off to the turn's end and the
/// Swift jobs that became ready, and frees what was closed.
///
/// Safe: the C objects and the scratch memory live as long as the loop and are freed in `deinit`.
/// `@unchecked Sendable`: the mailbox and the thread's name are all that other threads use; everything else is touched by the
/// loop's thread, or before ``run()`` and after it has returned.
@safe
public final class EventLoop: @unchecked Sendable {
    /// libevent's part: created in `init`, freed in `deinit`.
    let base: OpaquePointer
    private let mailbox: Mailbox
    private let mailboxEvent: UnsafeMutablePointer<event>
    private let tickEvent: UnsafeMutablePointer<event>
    private let wheel = TimerWheel()
    private var isTicking = false
    /// The thread that runs the loop; 0 before and after.
    private let thread = Atomic<pthread_t>(0)
    private var isStopping = false
    /// Jobs of Swift tasks that were made ready on this thread.
    var readyJobs: [UnownedJob] = []
    /// What was put off to the end of the turn.
    private var turnEnds: [() -> Void] = []
    /// Closed objects that may still be on the stack of this turn.
    private var retired: [AnyObject] = []
    /// For reading from sockets: its contents are good until the next read, by whichever stream.
    ///
    /// Allocated in `init`, freed in `deinit`.
    public let scratch: UnsafeMutableRawBufferPointer

    /// Where the two pieces of one TLS record come together; good until the next use. Allocated when it is first needed,
    /// freed in `deinit`.
    private(set) lazy var gather: UnsafeMutableRawBufferPointer = {
        let made = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1024, alignment: 64)
        unsafe gathered = made
        return unsafe made
    }()
    private var gathered: UnsafeMutableRawBufferPointer?

    /// How much is read from a socket at once, in bytes.
    public static let scratchBytes = 64 * 1024

    /// A loop that nobody runs yet.
    public init() throws(IOError) {
        mailbox = try Mailbox()
        // One thread uses the base, so it needs no locks; and it needs no signals.
        guard let configuration = unsafe event_config_new() else { throw IOError(ENOMEM, "create an event loop") }
        defer { unsafe event_config_free(configuration) }
        _ = unsafe event_config_set_flag(configuration, Int32(EVENT_BASE_FLAG_NOLOCK.rawValue))
        guard let base = unsafe event_base_new_with_config(configuration) else {
            throw IOError.last("create an event loop")
        }
        unsafe self.base = base
        // The events get their context, this loop, below: it does not exist yet.
        guard let mail = unsafe event_new(base, mailbox.descriptor, Int16(EV_READ | EV_PERSIST), nil, nil),
            let tick = unsafe event_new(base, -1, Int16(EV_PERSIST), nil, nil)
        else { throw IOError(ENOMEM, "create an event loop") }
        unsafe mailboxEvent = mail
        unsafe tickEvent = tick
        unsafe scratch = .allocate(byteCount: Self.scratchBytes, alignment: 64)
        // The loop outlives its events: they are freed in `deinit`.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe event_assign(
            mail, base, mailbox.descriptor, Int16(EV_READ | EV_PERSIST),
            { _, _, context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<EventLoop>.fromOpaque(context).takeUnretainedValue().openMailbox()
            }, context)
        _ = unsafe event_assign(
            tick, base, -1, Int16(EV_PERSIST),
            { _, _, context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<EventLoop>.fromOpaque(context).takeUnretainedValue().ticked()
            }, context)
        _ = unsafe event_add(mail, nil)
    }

    deinit {
        // Nobody runs the loop any more: the thread that did holds a reference.
        unsafe event_free(mailboxEvent)
        unsafe event_free(tickEvent)
        unsafe event_base_free(base)
        unsafe scratch.deallocate()
        unsafe gathered?.deallocate()
    }

    /// Whether the caller runs on the loop's thread.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    /// Runs the loop on the calling thread until ``stop()``.
    public func run() {
        precondition(thread.load(ordering: .relaxed) == 0, "a loop runs on one thread")
        thread.store(pthread_self(), ordering: .relaxed)
        openMailbox()
        while !isStopping {
            endTurn()
            if isStopping { break }
            // What a turn's end has put off once more must not wait for the next event.
            let flags = hasWork ? EVLOOP_ONCE | EVLOOP_NONBLOCK : EVLOOP_ONCE
            _ = unsafe event_base_loop(base, flags)
        }
        mailbox.close()
        openMailbox()
        for _ in 0..<1000 where hasWork { endTurn() }
        thread.store(0, ordering: .relaxed)
    }

    /// Ends ``run()`` after the turn; may be called from any thread.
    public func stop() {
        post { [self] in isStopping = true }
    }

    /// Has the loop's thread do something; may be called from any thread. False if the loop has ended.
    @discardableResult
    public func post(_ work: @escaping @Sendable () -> Void) -> Bool {
        mailbox.put(.work(work))
    }

    /// Has the loop's thread do something now if that is the caller's, or soon.
    public func perform(_ work: @escaping @Sendable () -> Void) {
        if isCurrent { work() } else { post(work) }
    }

    /// Does something at the end of this turn, after all events of it. On the loop's thread only.
    public func atTurnEnd(_ work: @escaping () -> Void) { turnEnds.append(work) }

    /// Keeps an object alive until the end of the turn: it was closed, but may still be on the stack.
    func retire(_ object: AnyObject) { retired.append(object) }

    /// Sets an entry's deadline. On the loop's thread only.
    public func setDeadline(of entry: WheelEntry, afterMilliseconds delay: Int64) {
        let now = MonotonicTime.coarseMilliseconds
        wheel.schedule(entry, at: now + max(delay, 0), now: now)
        if !isTicking { startTicking() }
    }

    /// Takes an entry's deadline away. On the loop's thread only.
    public func cancelDeadline(of entry: WheelEntry) { wheel.cancel(entry) }

    /// Puts a Swift job from another thread in the mailbox.
    func mail(_ job: UnownedJob) {
        // A job of a loop that has ended has nobody to run it: its task waits for ever, as in every ended process.
        mailbox.put(.job(job))
    }

    private var hasWork: Bool { !readyJobs.isEmpty || !turnEnds.isEmpty || !retired.isEmpty }

    private func openMailbox() {
        mailbox.acknowledge()
        for letter in mailbox.take() {
            switch letter {
            case .work(let work): work()
            case .job(let job): readyJobs.append(job)
            }
        }
    }

    /// Runs what became ready in this turn. Jobs that keep making others ready share the loop with its events.
    private func endTurn() {
        guard hasWork else { return }
        for _ in 0..<16 where !turnEnds.isEmpty || !readyJobs.isEmpty {
            var ends: [() -> Void] = []
            swap(&ends, &turnEnds)
            for work in ends { work() }
            runReadyJobs()
        }
        retired.removeAll(keepingCapacity: true)
    }

    private func startTicking() {
        isTicking = true
        var interval = timeval(tv_sec: 0, tv_usec: Int(TimerWheel.tickMilliseconds) * 1000)
        // The event belongs to this loop and its base.
        _ = unsafe event_add(tickEvent, &interval)
    }

    private func ticked() {
        wheel.advance(to: MonotonicTime.coarseMilliseconds)
        if wheel.count == 0 {
            isTicking = false
            _ = unsafe event_del(tickEvent)
        }
    }
}
