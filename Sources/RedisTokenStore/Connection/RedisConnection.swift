internal import EventIO
internal import Tokens

/// One connection to Redis: commands go out in the order in which they are asked, all of a turn in one write, and the
/// replies are matched to them in that order (RESP2).
///
/// When the oldest command has waited for the connection's time, the server counts as dead: the connection ends, and
/// whoever owns it gets all that is unanswered back. So does a reply that breaks the protocol or a limit. With TLS, what
/// is sent waits for the handshake, which has the same time. It lives on its loop's thread.
final class RedisConnection: SocketStream {
    /// How many commands may wait for their answers.
    static let requestLimit = 16_384

    private let reader: RedisReplyReader
    private var address: SocketAddress?
    private let tls: RedisTLS?
    /// The server's own name, for its certificate.
    private var name = ""
    private let timeoutMilliseconds: Int64
    private var requests = RequestQueue()
    private var output: [UInt8] = []
    /// How much of the output was sent.
    private var sentBytes = 0
    private var isConnected = false
    private var isFlushDue = false
    private var isTimed = false
    private var hasEnded = false

    /// Called once when the socket is connected.
    var onConnect: (() -> Void)?
    /// Gets each reply to a request that is not the connection's own business.
    var onReply: ((RedisReply, RedisRequest) -> Void)?
    /// Gets what a subscription brings: the elements of a `message`.
    var onMessage: (([RedisReply]) -> Void)?
    /// Called once at the end, with the requests that were not answered; not after ``cancel()``.
    var onEnd: ((TokenStoreError, [RedisRequest]) -> Void)?

    /// A connection that does not exist yet; nil when memory is used up.
    init?(on loop: EventLoop, timeoutMilliseconds: Int64, tls: RedisTLS?) {
        guard let reader = RedisReplyReader() else { return nil }
        self.reader = reader
        self.tls = tls
        self.timeoutMilliseconds = timeoutMilliseconds
        super.init(loop: loop, descriptor: -1)
    }

    /// Begins to connect. Whatever comes of it is told later, never during this call.
    ///
    /// - Parameter name: the server's name or address, as whoever told of it calls it.
    func start(to address: SocketAddress, as name: String) {
        self.address = address
        self.name = name
        do throws(IOError) {
            if try connect(to: address) { loop.atTurnEnd { [self] in socketConnected() } }
        } catch {
            let failure = TokenStoreError(.unreachable, "\(error)")
            loop.atTurnEnd { [self] in end(failure) }
        }
    }

    /// Where a TLS handshake is under way; nil if none is.
    var handshakePlace: String? { isTLS && !isConnected ? address.map { "\($0)" } : nil }

    /// Whether somebody else than the connection itself waits for an answer.
    var hasCallers: Bool {
        var hasCallers = false
        requests.forEach { if !$0.isInternal { hasCallers = true } }
        return hasCallers
    }

    /// Sends a command at the end of this turn.
    func send(_ command: RedisCommand, for request: RedisRequest) {
        guard !hasEnded, requests.count < Self.requestLimit, !command.bytes.isEmpty else {
            return request.fail(TokenStoreError(.unreachable, "too many commands wait for Redis"))
        }
        requests.append(request)
        output.append(contentsOf: command.bytes)
        if !isTimed {
            isTimed = true
            loop.setDeadline(of: self, afterMilliseconds: timeoutMilliseconds)
        }
        guard isConnected, !isFlushDue, !isWriting else { return }
        isFlushDue = true
        loop.atTurnEnd { [self] in flush() }
    }

    /// Calls a function with each request that was not answered yet.
    func forEachRequest(_ body: (RedisRequest) -> Void) { requests.forEach(body) }

    /// Ends the connection, and tells its owner.
    func end(_ error: TokenStoreError) {
        guard !hasEnded else { return }
        let handler = onEnd
        let unanswered = cancel()
        handler?(error, unanswered)
    }

    /// Ends the connection without a word to its owner; the requests that were not answered are the caller's.
    @discardableResult
    func cancel() -> [RedisRequest] {
        hasEnded = true
        (onConnect, onReply, onMessage, onEnd) = (nil, nil, nil, nil)
        output = []
        // Also for a connection that never had a socket.
        loop.cancelDeadline(of: self)
        close()
        return requests.takeAll()
    }

    // MARK: Events

    override func readable() {
        while !hasEnded {
            let buffer = unsafe loop.scratch
            let result = unsafe receive(into: buffer)
            switch result {
            case .bytes(let count):
                unsafe take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                // A short read means an empty socket: asking again would only say so.
                if count < EventLoop.scratchBytes { return }
            case .wouldBlock: return
            case .end: return end(TokenStoreError(.unreachable, "Redis has closed the connection"))
            case .failed(let code): return end(broken(IOError(code, "read from Redis")))
            }
        }
    }

    override func writable() {
        if isConnected { return flush() }
        if let error = connectError {
            let place = address.map { "\($0)" } ?? "Redis"
            return end(TokenStoreError(.unreachable, "\(IOError(error.code, "connect to \(place)"))"))
        }
        stopWriting()
        socketConnected()
    }

    override func tlsEstablished() { connected() }

    override func tlsFailed(_ error: TLSError) { end(failed(error)) }

    override func deadlineReached() {
        isTimed = false
        // If it was we who were stopped for a while, the answers lie in the socket.
        if isConnected { readable() }
        guard !hasEnded, let oldest = requests.first else { return }
        let waited = MonotonicTime.coarseMilliseconds - oldest.askedAt
        guard waited < timeoutMilliseconds else {
            return end(TokenStoreError(.timedOut, "Redis has not answered for \(timeoutMilliseconds) ms"))
        }
        isTimed = true
        loop.setDeadline(of: self, afterMilliseconds: timeoutMilliseconds - waited)
    }

    private func socketConnected() {
        guard !hasEnded else { return }
        guard let tls else { return connected() }
        beginTLS(tls.context, serverName: tls.serverName ?? name, timeoutMilliseconds: timeoutMilliseconds)
    }

    private func failed(_ error: TLSError) -> TokenStoreError {
        let place = address.map { "\($0)" } ?? "Redis"
        return TokenStoreError(error.kind == .timedOut ? .timedOut : .unreachable, "TLS with \(place): \(error.reason)")
    }

    /// What a broken connection means: a server that speaks TLS 1.3 refuses our certificate only after the handshake.
    private func broken(_ error: IOError) -> TokenStoreError {
        tlsRefusal.map(failed) ?? TokenStoreError(.unreachable, "\(error)")
    }

    private func connected() {
        guard !hasEnded else { return }
        isConnected = true
        startReading()
        onConnect?()
        onConnect = nil
        flush()
    }

    private func flush() {
        isFlushDue = false
        guard !hasEnded, isConnected else { return }
        // The bytes are ours and are not touched while they are sent.
        let result = unsafe output.withUnsafeBytes { bytes in
            unsafe send(UnsafeRawBufferPointer(rebasing: bytes[sentBytes...]))
        }
        switch result {
        case .failed(let code): end(broken(IOError(code, "write to Redis")))
        case .bytes(let count):
            sentBytes += count
            if sentBytes == output.count {
                // A big burst's memory is given back.
                output.removeAll(keepingCapacity: output.count <= 64 * 1024)
                sentBytes = 0
                if isWriting { stopWriting() }
            } else {
                startWriting()
            }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        do throws(RedisProtocolError) {
            // The bytes are the loop's scratch memory, which the reader copies from before anybody else reads into it.
            try unsafe reader.feed(bytes.bindMemory(to: UInt8.self).span)
            while !hasEnded, let reply = try reader.next() { deliver(reply) }
        } catch {
            end(TokenStoreError(.corrupt, "Redis has sent something that is no reply (\(error))"))
        }
    }

    private func deliver(_ reply: RedisReply) {
        if let onMessage, let elements = reply.elements, elements.first == .string("message") {
            return onMessage(elements)
        }
        guard let request = requests.popFirst() else {
            return end(TokenStoreError(.corrupt, "Redis has answered a question that nobody asked"))
        }
        if request.isInternal { request.answer(RedisAnswer(result: .success(reply))) } else { onReply?(reply, request) }
    }
}
