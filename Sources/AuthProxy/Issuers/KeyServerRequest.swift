internal import SallyportConfiguration
internal import EventIO

/// One GET to a key server: name, addresses one after the other, answer; and one time limit for all of it. No redirect is
/// followed, and no other server is ever asked. It belongs to its loop.
final class KeyServerRequest {
    typealias Outcome = Result<KeyAnswer, KeyFetchError>

    private let url: KeyServerURL
    private let tls: TLSClientContext?
    private let loop: EventLoop
    private var addresses: ArraySlice<SocketAddress> = []
    private var connection: KeyServerConnection?
    private var timer: LoopTimer?
    private var completion: ((Outcome) -> Void)?

    /// - Parameter tls: whom to trust; nil for a URL without TLS.
    init(_ url: KeyServerURL, tls: TLSClientContext?, on loop: EventLoop) {
        precondition(!url.isSecure || tls != nil, "an https URL is fetched with TLS")
        self.url = url
        self.tls = url.isSecure ? tls : nil
        self.loop = loop
    }

    /// Begins; the completion is called once, on the loop.
    func start(timeoutMilliseconds: Int64, _ completion: @escaping (Outcome) -> Void) {
        self.completion = completion
        let timer = LoopTimer(on: loop) { [weak self] in self?.end(.failure(.timedOut)) }
        self.timer = timer
        timer.fire(afterMilliseconds: timeoutMilliseconds)
        let box = LoopBound(self, to: loop)
        HostLookup.start(host: url.host, port: url.port, on: loop) { result in box.value.resolved(result) }
    }

    /// Gives up.
    func cancel() { end(.failure(.stopped)) }

    private func resolved(_ result: Result<[SocketAddress], IOError>) {
        switch result {
        case .failure(let error): end(.failure(.unreachable("\(error)")))
        case .success(let found):
            addresses = found[...]
            tryNext(after: .unreachable("the host \(url.host) has no address"))
        }
    }

    private func tryNext(after error: KeyFetchError) {
        guard completion != nil else { return }
        guard let address = addresses.popFirst() else { return end(.failure(error)) }
        let connection = KeyServerConnection(url, tls: tls, for: self, on: loop)
        self.connection = connection
        connection.dial(address)
    }

    /// A connection has come to its end; another address is tried only where this one took none.
    func connectionEnded(_ result: Outcome) {
        connection = nil
        if case .failure(let error) = result, case .unreachable = error { return tryNext(after: error) }
        end(result)
    }

    private func end(_ outcome: Outcome) {
        guard let completion else { return }
        self.completion = nil
        timer?.cancel()
        timer = nil
        connection?.abandon()
        connection = nil
        completion(outcome)
    }
}
