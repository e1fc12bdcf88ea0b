internal import Configuration
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
            let handler: Listener.Handler = { [unowned worker] descriptor, peer in worker.accept(descriptor, from: peer)
            }
            let listener: Listener
            if let first = listeners.first, address.isUnix {
                listener = try first.share(on: worker.loop, handler)
            } else {
                listener = try Listener(on: worker.loop, at: address, handler)
            }
            listener.onExhaustion = { [unowned worker] error in worker.warn("\(error); accepting pauses for a moment") }
            // Port 0 becomes the port that the first listener got, for the others too.
            address = listener.address
            listeners.append(listener)
        }
        self.address = address
        self.listeners = listeners
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
