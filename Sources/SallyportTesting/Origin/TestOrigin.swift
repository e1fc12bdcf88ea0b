internal import Synchronization

/// An application for tests: it listens on a free port, serves each connection on a thread of its own, records what it
/// receives, and does with each request what its script says. It serves until ``stop()``, whoever still holds it: Swift
/// lets a reference go after its last use, which in a test is often long before the last request.
///
/// Safe to share: its state is behind a mutex.
public final class TestOrigin: Sendable {
    /// What is done with a request; called on the connection's thread.
    public typealias Script = @Sendable (OriginExchange) throws -> Void

    /// Where it listens.
    public var address: SocketAddress { listener.address }
    private let listener: ListeningSocket
    private let log: OriginLog

    /// Starts an origin that answers each request when its body was read.
    public convenience init(
        on address: SocketAddress = .local(0), receiveBuffer: Int32? = nil,
        answer: @escaping @Sendable (RecordedRequest) throws -> OriginAnswer = OriginAnswer.echo
    ) throws(SocketFailure) {
        try self.init(on: address, receiveBuffer: receiveBuffer) { exchange in
            try exchange.perform(try answer(try exchange.readBody()))
        }
    }

    /// Starts an origin that runs a script for each request head.
    public init(on address: SocketAddress = .local(0), receiveBuffer: Int32? = nil, script: @escaping Script)
        throws(SocketFailure)
    {
        let listener = try ListeningSocket(on: address, receiveBuffer: receiveBuffer)
        let log = OriginLog()
        self.listener = listener
        self.log = log
        startThread {
            while let socket = listener.accept() {
                let number = log.add(socket)
                startThread { log.serve(socket, number: number, script) }
            }
        }
    }

    /// Closes the listener and all connections.
    public func stop() {
        listener.wake()
        log.closeAll()
    }

    /// All requests whose head was received, in that order; the body as far as it was read.
    public var requests: [RecordedRequest] { log.state.withLock { $0.requests } }
    /// The request that came last.
    public var lastRequest: RecordedRequest? { requests.last }
    /// How many connections were accepted so far.
    public var connectionCount: Int { log.state.withLock { $0.sockets.count } }
    /// How many of them are open.
    public var openConnectionCount: Int { log.state.withLock { $0.open } }
    /// What broke a rule of HTTP/1.1 among all that was received.
    public var violations: [String] { log.state.withLock { $0.violations } }

    /// Waits until so many requests came; false if they do not.
    public func waitForRequests(_ count: Int, _ deadline: Deadline = .soon) -> Bool {
        waitUntil(deadline) { requests.count >= count }
    }
}
