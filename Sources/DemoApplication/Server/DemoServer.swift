public import EventIO

/// The demo application on its loop: the upstream of `sallyport demo`.
///
/// It belongs to its loop's thread, but for `init`, which may run before the loop does.
public final class DemoServer {
    /// Where it listens, with the real port.
    public var address: SocketAddress { listener.address }

    private let loop: EventLoop
    private let listener: Listener
    private let connections: Connections

    /// More are closed as soon as they are accepted.
    static let connectionLimit = 4096

    /// The open connections; the listener's handler holds them, too.
    private final class Connections {
        var streams: [ObjectIdentifier: DemoStream] = [:]
    }

    /// Binds to an address; port 0 takes any free one. It serves after ``start()``.
    ///
    /// - Throws: what the system says against the address.
    public init(on loop: EventLoop, at address: SocketAddress, site: DemoSite) throws(IOError) {
        self.loop = loop
        let connections = Connections()
        self.connections = connections
        listener = try Listener(on: loop, at: address) { [unowned loop] descriptor, _ in
            let stream = DemoStream(loop: loop, descriptor: descriptor, site: site) { ended in
                connections.streams[ObjectIdentifier(ended)] = nil
            }
            guard connections.streams.count < DemoServer.connectionLimit else { return stream.end() }
            connections.streams[ObjectIdentifier(stream)] = stream
            stream.start()
        }
    }

    /// Begins to serve.
    public func start() {
        listener.start()
    }

    /// Stops to listen and closes every connection.
    public func stop() {
        listener.close()
        for stream in Array(connections.streams.values) { stream.end() }
    }
}
