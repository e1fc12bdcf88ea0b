internal import Glibc
internal import Synchronization

/// Copies bytes between its clients and a server, and can be a black hole for some of them: nothing passes any more,
/// and no end is seen either.
public final class TCPRelay: Sendable {
    private let listener: ListeningSocket
    private let server: SocketAddress
    private let state = Mutex(State())

    private struct State {
        var passages: [Passage] = []
        var holdsNew = false
    }

    /// One client and its connection to the server.
    private final class Passage: Sendable {
        let client: Socket
        let server: Socket
        private let state = Mutex((isHeld: false, said: [UInt8]()))

        init(_ client: Socket, _ server: Socket) { (self.client, self.server) = (client, server) }

        /// Whether the client's first bytes hold a text.
        func said(_ text: String) -> Bool {
            let wanted = Array(text.utf8)
            return state.withLock { state in
                state.said.indices.contains { state.said[$0...].starts(with: wanted) }
            }
        }

        /// Notes bytes of the client; whether they may pass.
        func mayPass(_ bytes: [UInt8], isFromClient: Bool) -> Bool {
            state.withLock { state in
                if isFromClient, state.said.count < 4096 { state.said += bytes.prefix(4096) }
                return !state.isHeld
            }
        }

        func hold() { state.withLock { $0.isHeld = true } }

        /// Copies one direction until its end.
        func copy(from source: Socket, to target: Socket) {
            let isFromClient = source === client
            do throws(SocketFailure) {
                while true {
                    let bytes = try source.receive(deadline: Deadline(in: .seconds(3600)))
                    guard mayPass(bytes, isFromClient: isFromClient) else { continue }
                    if bytes.isEmpty { break }
                    try target.send(bytes)
                }
            } catch {
                // A reset ends both, as an end does.
            }
            client.wake()
            server.wake()
        }
    }

    /// Begins to accept, on a free port of 127.0.0.1.
    public init(to server: SocketAddress) throws(SocketFailure) {
        listener = try ListeningSocket()
        self.server = server
        startThread { [weak self, listener] in
            while let client = listener.accept() { self?.relay(client) }
        }
    }

    deinit { stop() }

    /// Where clients connect to, as `HOST:PORT`.
    public var address: String { "127.0.0.1:\(listener.address.port)" }

    /// Whether connections that come from now on are black holes.
    public var holdsNew: Bool {
        get { state.withLock { $0.holdsNew } }
        set { state.withLock { $0.holdsNew = newValue } }
    }

    /// Lets nothing pass any more on the connections whose client said a text in its first bytes; how many there are.
    public func hold(_ text: String) -> Int {
        let passages = state.withLock { $0.passages.filter { $0.said(text) } }
        for passage in passages { passage.hold() }
        return passages.count
    }

    /// Ends all connections, and takes no more.
    public func stop() {
        listener.wake()
        let passages = state.withLock { state in
            defer { state.passages = [] }
            return state.passages
        }
        for passage in passages {
            passage.client.wake()
            passage.server.wake()
        }
    }

    private func relay(_ client: Socket) {
        let target: Socket
        do throws(SocketFailure) { target = try Socket.connect(to: server) } catch { return client.close() }
        let passage = Passage(client, target)
        state.withLock { state in
            if state.holdsNew { passage.hold() }
            state.passages.append(passage)
        }
        startThread { passage.copy(from: client, to: target) }
        startThread { passage.copy(from: target, to: client) }
    }
}
