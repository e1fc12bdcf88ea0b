import EventIO

/// A server of a test: sends back what it gets, after a line about the handshake if it is asked for `?`.
final class TLSEcho: SocketStream {
    private var waiting: [UInt8] = []
    private var hasEnded = false
    /// Ends without TLS' farewell after the first answer.
    var cutsOff = false

    static func listen(
        on loop: EventLoop, _ context: TLSServerContext?, cutsOff: Bool = false
    ) throws(IOError) -> Listener {
        let address = SocketAddress(.ipv4(0x7F00_0001, port: 0))
        let listener = try Listener(on: loop, at: address) { socket, _ in
            let stream = TLSEcho(loop: loop, descriptor: socket)
            stream.cutsOff = cutsOff
            stream.register()
            stream.startReading()
            if let context { stream.beginTLS(context) }
        }
        listener.start()
        return listener
    }

    override func readable() {
        let buffer = unsafe loop.scratch
        switch unsafe receive(into: buffer) {
        case .bytes(let count):
            let bytes = unsafe Array(buffer[..<count])
            waiting += bytes == [63] ? Array(facts.utf8) : bytes
            if waiting.count > 1 << 18 { stopReading() }
            flush()
        case .wouldBlock: break
        case .end:
            hasEnded = true
            stopReading()
            flush()
        case .failed: close()
        }
    }

    override func writable() { flush() }

    private func flush() {
        // In two pieces, as heads and bodies are.
        let middle = min(300, waiting.count)
        let result = unsafe waiting.withUnsafeBytes { bytes in
            unsafe send(
                UnsafeRawBufferPointer(rebasing: bytes[..<middle]), UnsafeRawBufferPointer(rebasing: bytes[middle...]))
        }
        guard case .bytes(let count) = result else { return close() }
        waiting.removeFirst(count)
        if cutsOff {
            abortOnClose()
            return close()
        }
        if waiting.isEmpty { stopWriting() } else { startWriting() }
        if !hasEnded, waiting.count < 1 << 18 { startReading() }
        if hasEnded, waiting.isEmpty { close() }
    }

    private var facts: String {
        guard let information = tlsInformation else { return "none" }
        let peer = tlsPeerCertificate.map { "\($0.subject) \($0.alternativeNames.joined(separator: ","))" } ?? "nobody"
        return "\(information.version) \(information.applicationProtocol ?? "-") \(information.serverName ?? "-") "
            + "\(information.isResumed ? "resumed" : "new") \(peer)"
    }
}

/// A client of a test: sends bytes, reads until so many have come or the peer ends, and tells the outcome once.
final class TLSClient: SocketStream {
    enum Outcome: Sendable, Equatable {
        case answer([UInt8])
        case refused(TLSError.Kind, String)
        case failed(Int32)
        case ended([UInt8])

        var text: String {
            switch self {
            case .answer(let bytes), .ended(let bytes): String(decoding: bytes, as: UTF8.self)
            case .refused(_, let reason): reason
            case .failed(let code): IOError(code, "").reason
            }
        }
    }

    private let context: TLSClientContext
    private let serverName: String
    private let message: [UInt8]
    private var sent = 0
    private let endsSending: Bool
    private let expected: Int?
    private var answer: [UInt8] = []
    private let done: (Outcome) -> Void
    private var isConnected = false
    private let timeout: Int64

    /// Runs one exchange.
    static func exchange(
        with address: SocketAddress, on loop: EventLoop, _ context: TLSClientContext, serverName: String = "localhost",
        message: [UInt8] = [63], expecting expected: Int? = nil, endsSending: Bool = false, timeout: Int64 = 10_000
    ) async -> Outcome {
        await withCheckedContinuation { continuation in
            loop.post {
                let client = TLSClient(
                    loop: loop, context, serverName, message, expected, endsSending, timeout
                ) { continuation.resume(returning: $0) }
                do throws(IOError) {
                    if try client.connect(to: address) { client.writable() }
                } catch {
                    client.close()
                    continuation.resume(returning: .failed(error.code))
                }
            }
        }
    }

    private init(
        loop: EventLoop, _ context: TLSClientContext, _ serverName: String, _ message: [UInt8], _ expected: Int?,
        _ endsSending: Bool, _ timeout: Int64, done: @escaping (Outcome) -> Void
    ) {
        self.context = context
        self.serverName = serverName
        self.message = message
        self.expected = expected
        self.endsSending = endsSending
        self.timeout = timeout
        self.done = done
        super.init(loop: loop, descriptor: -1)
    }

    override func writable() {
        if !isConnected {
            isConnected = true
            stopWriting()
            if let error = connectError {
                done(.failed(error.code))
                return close()
            }
            startReading()
            startWriting()
            return beginTLS(context, serverName: serverName, timeoutMilliseconds: timeout)
        }
        let result = unsafe message.withUnsafeBytes { unsafe send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
        guard case .bytes(let count) = result else { return }
        sent += count
        guard sent == message.count else { return }
        stopWriting()
        if endsSending { endSending() }
    }

    override func tlsFailed(_ error: TLSError) {
        done(.refused(error.kind, error.reason))
        close()
    }

    override func readable() {
        let buffer = unsafe loop.scratch
        // A small part of it: what is left behind has to be told of again.
        let result = unsafe receive(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<1000]))
        switch result {
        case .bytes(let count):
            unsafe answer.append(contentsOf: buffer[..<count])
            // Without a length the answer is what comes at once, or until the peer ends.
            if answer.count >= expected ?? (endsSending ? Int.max : 1) { finish(.answer(answer)) }
        case .wouldBlock: break
        case .end: finish(.ended(answer))
        case .failed(let code): finish(tlsRefusal.map { .refused($0.kind, $0.reason) } ?? .failed(code))
        }
    }

    private func finish(_ outcome: Outcome) {
        done(outcome)
        close()
    }
}
