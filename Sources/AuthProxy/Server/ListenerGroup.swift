internal import SallyportConfiguration
internal import EventIO

/// One address of the configuration: a listener on each loop.
///
/// `@unchecked Sendable`: the listeners are made here, before their loops see them, and touched on their loops afterwards.
final class ListenerGroup: @unchecked Sendable {
    /// What the configuration asks for.
    let wanted: ListenerConfiguration.Address
    /// Where it is really.
    let address: SocketAddress
    /// A listener for each worker.
    let listeners: [Listener]

    init(_ wanted: ListenerConfiguration.Address, _ workers: [Worker]) throws {
        self.wanted = wanted
        var address = try Self.address(wanted)
        var listeners: [Listener] = []
        for worker in workers {
            let listener: Listener
            do throws(IOError) {
                listener = try Self.listener(at: address, beside: listeners.first, for: wanted, worker)
            } catch {
                for listener in listeners { listener.close() }
                throw error
            }
            listener.onExhaustion = { [unowned worker] error in worker.noteExhaustion(error) }
            // Port 0 becomes the port that the first listener got, for the others too.
            address = listener.address
            listeners.append(listener)
        }
        self.address = address
        self.listeners = listeners
    }

    /// Closes listeners that no loop has seen yet: a socket that nobody accepts at would swallow its share of the clients.
    func close() {
        for listener in listeners { listener.close() }
    }

    private static func listener(
        at address: SocketAddress, beside first: Listener?, for wanted: ListenerConfiguration.Address, _ worker: Worker
    ) throws(IOError) -> Listener {
        let handler: Listener.Handler = { [unowned worker] descriptor, peer in
            worker.accept(descriptor, from: peer, at: wanted)
        }
        if let first, address.isUnix { return try first.share(on: worker.loop, handler) }
        return try Listener(on: worker.loop, at: address, handler)
    }

    private static func address(_ wanted: ListenerConfiguration.Address) throws -> SocketAddress {
        switch wanted {
        case .unix(let path): return SocketAddress(.unix(path: path))
        case .tcp(let host, let port):
            guard let address = SocketAddress(numericHost: host, port: port) else {
                throw SiteError("the listener's address \(host) is not numeric")
            }
            return address
        }
    }
}
