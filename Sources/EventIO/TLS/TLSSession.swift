internal import COpenSSL
internal import Glibc

/// TLS beneath a stream: drives OpenSSL from the stream's events, so that the stream's owner notices nothing but bytes.
///
/// What OpenSSL has read ahead is not in the socket any more, and raises no event: whenever it is left behind, the stream's
/// `readable()` is called again at the end of the turn, as if events were level-triggered here too.
///
/// It lives on the stream's loop, owned by the stream until that closes; its deadline is the handshake's. Safe: the SSL is
/// its own, freed in `deinit`, and used by its methods only.
@safe
final class TLSSession: WheelEntry {
    enum State {
        case handshake
        case open
        /// Broken or closed: nothing is asked of OpenSSL any more.
        case over
    }

    private let ssl: OpaquePointer
    /// The stream owns this object.
    private unowned let stream: SocketStream
    /// Keeps what the SSL's callbacks use alive.
    private let role: TLSRole
    private(set) var state = State.handshake
    /// Which of the server's sites the client has asked for.
    var site = 0
    /// Has `close()` say nothing, so that the peer does not take a cut message for a whole one.
    var isAborted = false
    /// What the handshake waits for.
    private var isHandshakeWriting = false
    /// Reading waits until the socket takes bytes, or writing until some come: rare (RFC 8446 §4.6.3).
    private var readingNeedsWrite = false
    private var writingNeedsRead = false
    /// The last word was said but did not fit the socket.
    private var isEnding = false
    private var isReadScheduled = false
    /// What the next attempt to read comes to: found together with bytes that had to be given first.
    private var outcome: ReceiveResult?
    /// The peer's alert that ended an open connection.
    private(set) var refusal: TLSError?
    /// The socket's descriptor, for the BIO.
    let descriptor: CInt
    /// What OpenSSL may still read from the socket during the call that is under way. Without it, a peer that sends messages
    /// of TLS itself (new keys, RFC 8446 §4.6.3) as fast as they are read would keep OpenSSL, and with it the loop, for ever.
    var allowance = 0
    /// What TLS has done for itself on the open connection: messages behind the handshake, and alerts. OpenSSL tells of each
    /// in one or two steps.
    private var steps = 0
    /// Since when they are counted, in milliseconds of the monotonic clock.
    private var stepsSince: Int64 = 0
    /// Whether the peer was given up because they were too many.
    private(set) var isFlooded = false

    /// What OpenSSL may read during one call: the longest record fits, and more of it may have come than is needed.
    private static let readAllowance = 16 * 1024
    /// So many steps within an interval are a flood: new keys are due after millions of records.
    private static let stepLimit = 256
    private static let stepMilliseconds: Int64 = 10_000

    init(_ role: TLSRole, of stream: SocketStream) throws(TLSError) {
        self.role = role
        self.stream = stream
        descriptor = stream.descriptor
        let made = try unsafe role.makeSSL()
        unsafe ssl = made
        super.init()
        guard let bio = unsafe SocketBIO.make(for: self) else {
            state = .over
            throw TLSError(.violation, "TLS cannot begin: no memory")
        }
        // The SSL takes the one reference for both directions, and is freed before this object.
        unsafe SSL_set_bio(ssl, bio, bio)
        _ = unsafe SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        unsafe SSL_set_info_callback(ssl) { ssl, _, _ in
            // The SSL is freed by the session that it belongs to.
            guard let session = unsafe SSL_get_ex_data(ssl, 0) else { return }
            unsafe Unmanaged<TLSSession>.fromOpaque(session).takeUnretainedValue().noteStep()
        }
    }

    deinit { unsafe SSL_free(ssl) }

    // MARK: Handshake

    func begin(timeoutMilliseconds: Int64) {
        stream.loop.setDeadline(of: self, afterMilliseconds: timeoutMilliseconds)
        proceed()
    }

    override func deadlineReached() {
        guard state == .handshake else { return }
        fail(TLSError(.timedOut, "the TLS handshake took too long"))
    }

    private func proceed() {
        ERR_clear_error()
        errno = 0
        allowance = Self.readAllowance
        let code = unsafe SSL_do_handshake(ssl)
        if code == 1 { return established() }
        let cause = errno
        switch unsafe SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ: isHandshakeWriting = false
        case SSL_ERROR_WANT_WRITE: isHandshakeWriting = true
        case let kind: return fail(error(kind, cause))
        }
        arrange()
    }

    private func established() {
        state = .open
        stream.loop.cancelDeadline(of: self)
        arrange()
        stream.tlsEstablished()
        // The peer's first bytes may have come with the end of its handshake.
        if state == .open, stream.isReading, hasBufferedBytes { stream.readable() }
    }

    private func fail(_ error: TLSError) {
        state = .over
        stream.loop.cancelDeadline(of: self)
        arrange()
        stream.tlsFailed(error)
    }

    private func error(_ kind: CInt, _ cause: CInt) -> TLSError {
        let verdict = unsafe SSL_get_verify_result(ssl)
        let code = ERR_peek_error()
        let reason = sallyport_error_reason(code)
        let words = TLSError.openSSLReason()
        guard kind == SSL_ERROR_SSL, reason != SSL_R_UNEXPECTED_EOF_WHILE_READING else {
            guard cause != 0, kind == SSL_ERROR_SYSCALL else {
                return TLSError(.closed, "the peer ended the connection during the TLS handshake")
            }
            return TLSError(.closed, "the connection broke during the TLS handshake: \(IOError(cause, "").reason)")
        }
        if verdict != X509_V_OK, reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
            // A static string of the library.
            return unsafe TLSError(
                .untrusted, "\(role.peer) is not accepted: \(String(cString: X509_verify_cert_error_string(verdict)))")
        }
        if reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE {
            return TLSError(.untrusted, "the client shows no certificate")
        }
        // Alerts of the peer are numbered from here on.
        if reason >= SSL_AD_REASON_OFFSET { return Self.refused(words) }
        return TLSError(.violation, "the TLS handshake failed: \(words)")
    }

    private static func refused(_ words: String) -> TLSError {
        TLSError(.refused, "the peer refuses the TLS connection: \(words)")
    }

    // MARK: Events

    func readEvent() {
        switch state {
        case .handshake: return proceed()
        case .over: return
        case .open: break
        }
        if writingNeedsRead {
            writingNeedsRead = false
            arrange()
            if isEnding { endSending() }
            if stream.isWriting { stream.writable() }
        }
        // The stream may have been closed or may read no more by now.
        if state == .open, stream.isReading { stream.readable() }
    }

    func writeEvent() {
        switch state {
        case .handshake: return proceed()
        case .over: return
        case .open: break
        }
        if isEnding { endSending() }
        if readingNeedsWrite {
            readingNeedsWrite = false
            arrange()
            if stream.isReading { stream.readable() }
        }
        if state == .open, stream.isWriting { stream.writable() }
    }

    /// The owner begins or ceases to read or to write.
    func interestChanged(isReadingNew: Bool) {
        arrange()
        if isReadingNew, hasBufferedBytes || outcome != nil { scheduleRead() }
    }

    private func arrange() {
        switch state {
        case .handshake: stream.arm(reading: !isHandshakeWriting, writing: isHandshakeWriting)
        case .open:
            stream.arm(
                reading: (stream.isReading && !readingNeedsWrite) || writingNeedsRead,
                writing: (stream.isWriting && !writingNeedsRead) || readingNeedsWrite || isEnding)
        case .over: stream.arm(reading: false, writing: false)
        }
    }

    private var hasBufferedBytes: Bool { unsafe state == .open && SSL_has_pending(ssl) == 1 }

    private func scheduleRead() {
        guard !isReadScheduled else { return }
        isReadScheduled = true
        stream.loop.atTurnEnd { [self, stream] in
            isReadScheduled = false
            if state == .open, stream.isReading { stream.readable() }
        }
    }

    // MARK: Bytes

    /// Fills the buffer as far as the records go that have come.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> ReceiveResult {
        guard state == .open else { return state == .over ? .failed(EPIPE) : .wouldBlock }
        if let outcome { return outcome }
        var total = 0
        var fromSocket = 0
        // Small records may be so many that others get their turn in between.
        while let base = buffer.baseAddress, total < buffer.count, fromSocket <= buffer.count {
            ERR_clear_error()
            errno = 0
            var count = 0
            allowance = Self.readAllowance
            // The rest of the caller's buffer.
            let code = unsafe SSL_read_ex(ssl, base + total, buffer.count - total, &count)
            let cause = errno
            fromSocket += Self.readAllowance - allowance
            if isFlooded { outcome = .failed(EPROTO) }
            if code == 1 {
                total += count
                if isFlooded { break }
                // What is still in the socket raises an event.
                if unsafe SSL_has_pending(ssl) == 0 { return .bytes(total) }
                continue
            }
            let result = outcome ?? readingStopped(unsafe SSL_get_error(ssl, code), cause)
            if result != .wouldBlock {
                outcome = result
                if total > 0 { scheduleRead() }
            }
            return total > 0 ? .bytes(total) : result
        }
        if unsafe outcome != nil || SSL_has_pending(ssl) == 1 { scheduleRead() }
        return .bytes(total)
    }

    /// OpenSSL has gone a step of its own, which on an open connection the peer has asked for.
    private func noteStep() {
        guard state == .open else { return }
        let now = MonotonicTime.coarseMilliseconds
        if now - stepsSince >= Self.stepMilliseconds {
            stepsSince = now
            steps = 0
        }
        steps += 1
        guard steps > Self.stepLimit else { return }
        isFlooded = true
        // What it has read already it goes through; nothing more is read.
        allowance = 0
    }

    private func readingStopped(_ kind: CInt, _ cause: CInt) -> ReceiveResult {
        switch kind {
        case SSL_ERROR_WANT_READ: return .wouldBlock
        case SSL_ERROR_WANT_WRITE:
            readingNeedsWrite = true
            arrange()
            return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .end
        case SSL_ERROR_SYSCALL where cause != 0: return .failed(cause)
        default:
            // An end without a word of farewell may have been made by anybody on the way (RFC 8446 §6.1).
            let reason = sallyport_error_reason(ERR_peek_error())
            let isTruncated = reason == SSL_R_UNEXPECTED_EOF_WHILE_READING
            let words = TLSError.openSSLReason()
            if reason >= SSL_AD_REASON_OFFSET { refusal = Self.refused(words) }
            return .failed(isTruncated ? ECONNRESET : EPROTO)
        }
    }

    /// Whether bytes wait to be read: one stands for some.
    func peek() -> ReceiveResult {
        guard state == .open else { return state == .over ? .end : .wouldBlock }
        if let outcome { return outcome }
        ERR_clear_error()
        errno = 0
        var byte: UInt8 = 0
        allowance = Self.readAllowance
        let code = unsafe SSL_peek(ssl, &byte, 1)
        let cause = errno
        if isFlooded { outcome = .failed(EPROTO) }
        if code > 0, !isFlooded { return .bytes(1) }
        let result = outcome ?? readingStopped(unsafe SSL_get_error(ssl, code), cause)
        if result != .wouldBlock { outcome = result }
        return result
    }

    /// Writes as many records as the socket takes.
    func send(_ bytes: UnsafeRawBufferPointer) -> SendResult {
        guard state == .open, !isEnding else { return state == .handshake ? .bytes(0) : .failed(EPIPE) }
        var sent = 0
        while let base = bytes.baseAddress, sent < bytes.count {
            ERR_clear_error()
            errno = 0
            var count = 0
            allowance = Self.readAllowance
            // The rest of the caller's bytes.
            let code = unsafe SSL_write_ex(ssl, base + sent, bytes.count - sent, &count)
            let cause = errno
            if code == 1 {
                sent += count
                continue
            }
            switch unsafe SSL_get_error(ssl, code) {
            case SSL_ERROR_WANT_WRITE: return .bytes(sent)
            case SSL_ERROR_WANT_READ:
                writingNeedsRead = true
                arrange()
                return .bytes(sent)
            default:
                ERR_clear_error()
                // What the peer has said before it ended lies in the socket.
                if refusal == nil, outcome == nil { _ = peek() }
                return .failed(cause == 0 ? EPROTO : cause)
            }
        }
        return .bytes(sent)
    }

    /// Writes two pieces as one run of bytes, so that a short head and its body share a record.
    func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> SendResult {
        let total = first.count + second.count
        var sent = 0
        while sent < first.count {
            let gather = unsafe stream.loop.gather
            let fromFirst = min(first.count - sent, gather.count)
            let fromSecond = min(second.count, gather.count - fromFirst)
            // Both counts are bounded by the pieces and by the gathering buffer.
            unsafe gather.copyMemory(from: UnsafeRawBufferPointer(rebasing: first[sent..<sent + fromFirst]))
            if fromSecond > 0 {
                unsafe UnsafeMutableRawBufferPointer(rebasing: gather[fromFirst...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: second[..<fromSecond]))
            }
            let record = unsafe UnsafeRawBufferPointer(rebasing: gather[..<(fromFirst + fromSecond)])
            guard case .bytes(let count) = unsafe send(record) else { return sent > 0 ? .bytes(sent) : .failed(EPIPE) }
            sent += count
            if count < record.count { return .bytes(sent) }
        }
        guard sent < total else { return .bytes(sent) }
        let rest = unsafe send(UnsafeRawBufferPointer(rebasing: second[(sent - first.count)...]))
        guard case .bytes(let count) = rest else { return .bytes(sent) }
        return .bytes(sent + count)
    }

    // MARK: End

    /// Says farewell, then ends the socket's sending side.
    func endSending() {
        guard state == .open else { return stream.endSendingBeneath() }
        ERR_clear_error()
        let code = unsafe SSL_shutdown(ssl)
        if code < 0, unsafe SSL_get_error(ssl, code) == SSL_ERROR_WANT_WRITE {
            isEnding = true
            return arrange()
        }
        ERR_clear_error()
        isEnding = false
        arrange()
        stream.endSendingBeneath()
    }

    /// Says farewell if the socket takes it, and stops.
    func close() {
        stream.loop.cancelDeadline(of: self)
        guard state != .over else { return }
        let isOpen = state == .open
        state = .over
        if isAborted {
            // Nor may the session be resumed as if nothing had happened.
            return
        }
        ERR_clear_error()
        if isOpen { _ = unsafe SSL_shutdown(ssl) }
        ERR_clear_error()
    }

    // MARK: What was agreed on

    /// Takes a session that the server lets a client resume; true if it is kept.
    func keep(_ session: OpaquePointer) -> Bool {
        guard case .client(let context, let serverName) = role else { return false }
        unsafe context.keep(session, for: serverName)
        return true
    }

    /// What was agreed on; nil before the handshake is done.
    var information: TLSInformation? {
        state == .handshake ? nil : unsafe TLSInformation(ssl)
    }

    /// What a server has asked of the client.
    var clientPolicy: TLSClientPolicy? {
        guard case .server(let context) = role else { return nil }
        return context.clientPolicy(ofSite: site)
    }

    /// The peer's certificate, where it showed one and it was accepted.
    var peerCertificate: TLSPeerCertificate? {
        guard state == .open, unsafe SSL_get_verify_result(ssl) == X509_V_OK,
            let certificate = unsafe SSL_get1_peer_certificate(ssl)
        else { return nil }
        defer { unsafe X509_free(certificate) }
        return unsafe TLSPeerCertificate(certificate)
    }
}
