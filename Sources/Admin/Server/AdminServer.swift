public import AuthProxy
public import SallyportConfiguration
internal import EventIO

/// Where operators look: metrics, health, a dashboard and a user's sessions, at an address of its own, where no client
/// comes.
///
/// It has a thread and a loop of its own, so that nobody who watches is in the way of a request. All methods block for as
/// long as their work takes.
public final class AdminServer: Sendable {
    /// Where it listens, with the real port: `127.0.0.1:9901`, `unix:/run/admin.sock`.
    public let address: String
    private let thread: LoopThread
    private let service: LoopBound<Service>

    /// More connections at once are closed as soon as they are accepted.
    static let connectionLimit = 64

    /// What lives on the loop.
    private final class Service {
        let listener: Listener
        let connections: Connections

        init(_ listener: Listener, _ connections: Connections) {
            self.listener = listener
            self.connections = connections
        }
    }

    /// The open connections; the listener's handler holds them, too.
    private final class Connections {
        var streams: [ObjectIdentifier: AdminConnection] = [:]
    }

    /// Starts to serve.
    ///
    /// - Parameters:
    ///   - server: the proxy that is looked at; it has to outlive this.
    ///   - version: the product's version, as a metric.
    /// - Throws: `IOError` for an address that cannot be bound, or where no thread can be started.
    public init(_ configuration: AdminConfiguration, of server: ProxyServer, version: String) throws {
        let pages = AdminPages(version: version) { [unowned server] in server.services }
        let thread = try LoopThread(name: "admin")
        self.thread = thread
        let loop = thread.loop
        let connections = Connections()
        do {
            let listener = try Listener(on: loop, at: Self.address(configuration.address)) {
                [unowned loop] descriptor, _ in
                let stream = AdminConnection(loop: loop, descriptor: descriptor, pages: pages) { ended in
                    connections.streams[ObjectIdentifier(ended)] = nil
                }
                guard connections.streams.count < Self.connectionLimit else { return stream.end() }
                connections.streams[ObjectIdentifier(stream)] = stream
                stream.start()
            }
            address = listener.address.description
            service = LoopBound(Service(listener, connections), to: loop)
        } catch {
            thread.join()
            throw error
        }
        loop.post { [service] in service.value.listener.start() }
    }

    /// Closes everything, and waits until the thread has ended.
    public func stop() {
        thread.loop.post { [service] in
            service.value.listener.close()
            for stream in Array(service.value.connections.streams.values) { stream.end() }
        }
        thread.join()
    }

    private static func address(_ wanted: ListenerConfiguration.Address) throws(IOError) -> SocketAddress {
        switch wanted {
        case .unix(let path): return SocketAddress(.unix(path: path))
        case .tcp(let host, let port):
            // The configuration's reader takes numeric hosts only.
            guard let address = SocketAddress(numericHost: host, port: port) else {
                throw IOError(22, "listen at \(host)")
            }
            return address
        }
    }
}
