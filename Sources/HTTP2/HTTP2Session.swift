internal import CNghttp2
public import HTTPWire

/// The server's side of one HTTP/2 connection (RFC 9113): bytes in, events out, bytes out. It has no socket and no clock.
///
/// It owns an nghttp2 session, freed in `deinit`, and belongs to one thread. Beside what nghttp2 checks, it bounds what a
/// client may cost (``HTTP2Limits``). After a breach it takes nothing more, and what is still to be sent ends in GOAWAY.
///
/// Safe: the C object is this one's own and is used on one thread; its callbacks run only within calls of this class, which
/// outlives them, and the pointers that nghttp2 lends are not kept.
@safe
public final class HTTP2Session {
    let session: OpaquePointer
    let limits: HTTP2Limits
    /// Told of everything; it owns the session.
    unowned let events: any HTTP2Events
    var builder = RequestHeadBuilder()
    var watch: FrameWatch
    /// Where frames go while ``produce(into:limit:)`` runs.
    var output: OutputBuffer?
    var outputLimit = 0
    private var fields = FieldBlock()
    /// Whether nothing is taken from the client any more, because of a breach.
    public private(set) var isBroken = false
    /// Whether the client was cut for the work that it made.
    public private(set) var isFlooded = false
    /// Streams whose two directions end apart, as those of a tunnel do.
    var tunnels: Set<Int32> = []
    /// A decoded header list went far beyond its limit.
    var isListEndless = false

    /// The connection's window in stream windows: a few stalled uploads must not stop the others.
    private static let windowsOfConnection = 16

    /// Begins a connection; the server's preface is the first thing that is produced.
    ///
    /// - Returns: nil if there is no memory.
    public init?(_ limits: HTTP2Limits, events: any HTTP2Events) {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        defer {
            // nghttp2 copies both into the session, and takes nil for nothing.
            unsafe nghttp2_session_callbacks_del(callbacks)
            unsafe nghttp2_option_del(options)
        }
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0, let callbacks = unsafe callbacks,
            unsafe nghttp2_option_new(&options) == 0, let options = unsafe options
        else { return nil }
        unsafe Self.setCallbacks(callbacks)
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        let box = UserPointer()
        var made: OpaquePointer?
        guard unsafe nghttp2_session_server_new2(&made, callbacks, box.pointer, options) == 0, let made = unsafe made
        else { return nil }
        unsafe session = made
        self.box = box
        self.limits = limits
        self.events = events
        watch = FrameWatch(limits)
        unsafe box.session = self
        if !submitPreface() { isBroken = true }
    }

    /// What callbacks get to find their way back; it is there before `self` is.
    private let box: UserPointer

    deinit { unsafe nghttp2_session_del(session) }

    private func submitPreface() -> Bool {
        func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
            nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(truncatingIfNeeded: value))
        }
        let settings = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindowBytes),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListBytes),
            entry(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1),
        ]
        let window = Int32(limits.streamWindowBytes * Self.windowsOfConnection)
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        return unsafe nghttp2_submit_settings(session, flags, settings, settings.count) == 0
            && nghttp2_session_set_local_window_size(session, flags, 0, max(window, 65_535)) == 0
    }

    // MARK: In

    /// Takes what the client has sent.
    ///
    /// - Parameter now: milliseconds of a clock that does not go back.
    public func receive(_ bytes: RawSpan, now: Int64) {
        guard !isBroken else { return }
        let excess = watch.scan(bytes, now: now)
        let taken = excess ?? bytes.byteCount
        let result = unsafe bytes.extracting(0..<taken).withUnsafeBytes { bytes in
            // nghttp2 reads the bytes during the call only.
            unsafe nghttp2_session_mem_recv(
                session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
        if let breach = watch.breach { return fail(breach) }
        if excess != nil || isListEndless || watch.isOverLimit { return cut() }
        guard result < 0 else { return }
        switch Int(result) {
        case Int(NGHTTP2_ERR_FLOODED.rawValue), Self.tooManyContinuations: cut()
        case Int(NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue), Int(NGHTTP2_ERR_PROTO.rawValue): fail(.protocolError)
        default: fail(.internalError)
        }
    }

    /// More CONTINUATION frames than nghttp2 takes; the constant has no name in all versions of its header.
    private static let tooManyContinuations = -535

    private func cut() {
        isFlooded = true
        fail(.enhanceYourCalm)
    }

    /// Takes nothing more, and says why.
    public func fail(_ code: HTTP2ErrorCode) {
        guard !isBroken else { return }
        isBroken = true
        _ = unsafe nghttp2_session_terminate_session(session, code.rawValue)
    }

    /// Whether the client has begun its preface or a header list, and not ended it.
    public var isReadingHead: Bool { !isBroken && watch.isReadingHead }

    /// Gives body bytes back to the client's windows: somebody has taken them, or they were dropped.
    public func consume(_ count: Int, of stream: Int32) {
        guard count > 0, !isBroken else { return }
        _ = unsafe nghttp2_session_consume(session, stream, count)
    }

    // MARK: Out

    /// Whether the connection has anything left to do: if not, it can be closed.
    public var isAlive: Bool {
        unsafe nghttp2_session_want_write(session) != 0 || !isBroken && nghttp2_session_want_read(session) != 0
    }

    /// Whether there is something to send now.
    public var wantsWrite: Bool { unsafe nghttp2_session_want_write(session) != 0 }

    /// Appends frames until the output holds about `limit` bytes, or there are none.
    public func produce(into output: OutputBuffer, limit: Int) {
        self.output = output
        outputLimit = limit
        defer { self.output = nil }
        while output.count < limit {
            var data: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &data)
            guard count > 0, let data = unsafe data else { break }
            // The bytes are nghttp2's until its next call.
            unsafe output.append(UnsafeRawBufferPointer(start: data, count: count))
        }
        if !isBroken, watch.isOverLimit { cut() }
    }

    /// Begins an answer.
    ///
    /// - Parameters:
    ///   - status: what the client is told instead of the head's own: a switch of protocols is 200 here (RFC 8441 §5).
    ///   - hasBody: whether ``HTTP2Events/bodySupply(of:most:)`` is asked for one; otherwise the head ends the stream.
    public func respond(
        _ stream: Int32, _ head: borrowing ResponseHead, in bytes: RawSpan, status: Int, hasBody: Bool
    ) -> Bool {
        fields.begin(status: status)
        fields.append(head.fields)
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe fields.withVector(over: bytes) { vector, count in
                guard hasBody else {
                    // nghttp2 copies names, in lower case, and values.
                    return unsafe nghttp2_submit_response(session, stream, vector, count, nil) == 0
                }
                var provider = unsafe nghttp2_data_provider()
                unsafe provider.read_callback = Self.readBody
                return unsafe nghttp2_submit_response(session, stream, vector, count, &provider) == 0
            }
        }
    }

    /// Has the end of the answer not end the request: both directions of a tunnel go on for themselves (RFC 9113 §8.5).
    public func keepReading(_ stream: Int32) { tunnels.insert(stream) }

    /// Has the end of the answer end the request too, as that of every other one does.
    public func stopReading(_ stream: Int32) {
        guard tunnels.remove(stream) != nil,
            unsafe nghttp2_session_get_stream_local_close(session, stream) == 1,
            unsafe nghttp2_session_get_stream_remote_close(session, stream) == 0
        else { return }
        reset(stream, .none)
    }

    /// Sends an interim response (RFC 9110 §15.2).
    public func inform(_ stream: Int32, _ head: borrowing ResponseHead, in bytes: RawSpan) -> Bool {
        fields.begin(status: head.status)
        fields.append(head.fields)
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe fields.withVector(over: bytes) { vector, count in
                // As above.
                unsafe nghttp2_submit_headers(
                    session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, nil, vector, count, nil) == 0
            }
        }
    }

    /// Sends trailers behind a body; to be called from ``HTTP2Events/bodySupply(of:most:)``.
    public func sendTrailers(_ stream: Int32, _ lines: [FieldLine], in bytes: RawSpan) {
        fields.begin(status: nil)
        fields.append(lines)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe fields.withVector(over: bytes) { vector, count in
                // As above.
                _ = unsafe nghttp2_submit_trailer(session, stream, vector, count)
            }
        }
    }

    /// Has an answer's body asked for again.
    public func resume(_ stream: Int32) { _ = unsafe nghttp2_session_resume_data(session, stream) }

    /// Resets a stream.
    public func reset(_ stream: Int32, _ code: HTTP2ErrorCode) {
        _ = unsafe nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code.rawValue)
    }

    // MARK: The end

    /// Asks the client to open no more streams; those that are on their way still come (RFC 9113 §6.8).
    public func announceEnd() { _ = unsafe nghttp2_submit_shutdown_notice(session) }

    /// Takes no more streams; those that have begun are served to their end.
    public func takeNoMore() {
        _ = unsafe nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
            HTTP2ErrorCode.none.rawValue, nil, 0)
    }
}
