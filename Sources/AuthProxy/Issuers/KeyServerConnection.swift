internal import SallyportConfiguration
internal import EventIO

/// One connection to a key server, for one answer. It belongs to its loop, and tells its request what comes of it.
final class KeyServerConnection: SocketStream {
    private enum Phase { case connecting, securing, exchanging }

    private let url: KeyServerURL
    private let tls: TLSClientContext?
    /// Told once; nil afterwards, and after ``abandon()``.
    private var request: KeyServerRequest?
    private var phase = Phase.connecting
    private let output: [UInt8]
    private var sent = 0
    private var reader = KeyAnswerReader()

    init(_ url: KeyServerURL, tls: TLSClientContext?, for request: KeyServerRequest, on loop: EventLoop) {
        self.url = url
        self.tls = tls
        self.request = request
        output = Array(
            """
            GET \(url.target) HTTP/1.1\r
            Host: \(url.authority)\r
            User-Agent: sallyport\r
            Accept: application/json\r
            Accept-Encoding: identity\r
            Connection: close\r
            \r

            """.utf8)
        super.init(loop: loop, descriptor: -1)
    }

    /// Begins to connect.
    func dial(_ address: SocketAddress) {
        do throws(IOError) {
            if try connect(to: address) { connected() }
        } catch {
            fail(.unreachable("\(error)"))
        }
    }

    /// Closes it without a word.
    func abandon() {
        request = nil
        close()
    }

    private func connected() {
        stopWriting()
        guard let tls else { return exchange() }
        phase = .securing
        // The request has a time limit of its own, for all of it.
        beginTLS(tls, serverName: url.host)
    }

    private func exchange() {
        phase = .exchanging
        startReading()
        flush()
    }

    private func flush() {
        let result = unsafe output.withUnsafeBytes { bytes in
            // `sent` stays below the number of bytes.
            unsafe send(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        }
        switch result {
        case .bytes(let count): sent += count
        case .failed: return fail(.cutOff)
        }
        if sent < output.count { startWriting() } else { stopWriting() }
    }

    override func tlsEstablished() { exchange() }

    override func tlsFailed(_ error: TLSError) { fail(.untrusted("TLS: \(error.reason)")) }

    override func writable() {
        switch phase {
        case .connecting:
            if let error = connectError { fail(.unreachable("\(error)")) } else { connected() }
        case .securing: break
        case .exchanging: flush()
        }
    }

    override func readable() {
        while request != nil {
            let scratch = unsafe loop.scratch
            switch unsafe receive(into: scratch) {
            case .wouldBlock: return
            case .failed: return fail(.cutOff)
            case .end:
                do throws(KeyFetchError) { return succeed(try reader.end()) } catch { return fail(error) }
            case .bytes(let count):
                // The first `count` bytes of the loop's buffer were written just now.
                let bytes = unsafe Array(scratch[..<count])
                do throws(KeyFetchError) {
                    if let answer = try reader.take(bytes) { return succeed(answer) }
                } catch {
                    return fail(error)
                }
            }
        }
    }

    private func succeed(_ answer: KeyAnswer) { finish(.success(answer)) }

    private func fail(_ error: KeyFetchError) { finish(.failure(error)) }

    private func finish(_ result: Result<KeyAnswer, KeyFetchError>) {
        let request = request
        abandon()
        request?.connectionEnded(result)
    }
}
