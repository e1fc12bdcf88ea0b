internal import Synchronization

/// What a ``TestOrigin`` and the threads of its connections share.
final class OriginLog: Sendable {
    struct State {
        var requests: [RecordedRequest] = []
        var violations: [String] = []
        var sockets: [Socket] = []
        var open = 0
        var isStopped = false
    }

    let state = Mutex(State())

    /// Notes a connection; its number.
    func add(_ socket: Socket) -> Int {
        state.withLock { state in
            state.sockets.append(socket)
            state.open += 1
            if state.isStopped { socket.wake() }
            return state.sockets.count - 1
        }
    }

    func closeAll() {
        state.withLock { state in
            state.isStopped = true
            for socket in state.sockets { socket.wake() }
        }
    }

    /// Serves a connection to its end, on its thread.
    func serve(_ socket: Socket, number: Int, _ script: TestOrigin.Script) {
        let reader = WireReader(socket, patience: .seconds(120))
        do {
            var position = 0
            while let request = try reader.requestHead(connection: number, position: position) {
                guard try serve(request, reader, script) else { break }
                position += 1
            }
        } catch SocketFailure.malformed(let reason) {
            state.withLock { $0.violations.append(reason) }
        } catch {
            // The peer went away, or the script gave up: the connection is over, and the test sees what it recorded.
        }
        socket.close()
        state.withLock { $0.open -= 1 }
    }

    /// Runs the script for one request; whether another may follow.
    private func serve(_ request: RecordedRequest, _ reader: WireReader, _ script: TestOrigin.Script) throws -> Bool {
        let index = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        let exchange = OriginExchange(request, reader)
        defer { state.withLock { $0.requests[index] = exchange.request } }
        exchange.whenBodyIsRead = { [self] request in state.withLock { $0.requests[index] = request } }
        try script(exchange)
        switch exchange.ending {
        case .keepAlive: return true
        case .close: return false
        case .reset:
            reader.socket.reset()
            return false
        case .silence:
            _ = try reader.rest()
            return false
        }
    }
}
