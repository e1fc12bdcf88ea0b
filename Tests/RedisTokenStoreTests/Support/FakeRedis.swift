import EventIO
import Synchronization
import Testing

@testable import RedisTokenStore

/// A server that speaks as much of the protocol as a test wants: commands come in through the same guarded reader as
/// replies do, and the test decides on the bytes that go out.
final class FakeRedis: Sendable {
    /// Gets a connection and a command's words; the bytes that it returns go out at once.
    typealias Script = @Sendable (FakeConnection, [String]) -> String?

    let port: UInt16
    private let thread: LoopThread
    private let stop: @Sendable () -> Void
    private let hasEnded = Atomic(false)

    /// Listens; `script` answers on the server's thread what it wants to answer otherwise than ``usual(_:)``.
    init(_ script: @escaping Script) async throws {
        let thread = try LoopThread(name: "fake-redis")
        self.thread = thread
        let loop = thread.loop
        let address = try #require(SocketAddress(numericHost: "127.0.0.1", port: 0))
        let connections = LoopBound(FakeConnections(), to: loop)
        let started: Result<LoopBound<Listener>, IOError> = await withCheckedContinuation { done in
            loop.post {
                do throws(IOError) {
                    let listener = try Listener(on: loop, at: address) { socket, _ in
                        guard let connection = FakeConnection(loop, socket, script) else { return }
                        connections.value.all.append(connection)
                        connection.begin()
                    }
                    listener.start()
                    done.resume(returning: .success(LoopBound(listener, to: loop)))
                } catch {
                    done.resume(returning: .failure(error))
                }
            }
        }
        let listener = try started.get()
        port = await withCheckedContinuation { done in
            loop.post { done.resume(returning: listener.value.address.port ?? 0) }
        }
        stop = {
            loop.post {
                listener.value.close()
                for connection in connections.value.all { connection.end() }
            }
        }
    }

    deinit { end() }

    /// Ends all connections and the thread.
    func end() {
        guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
        stop()
        thread.join()
    }

    /// Runs something on the server's thread.
    func perform(_ work: @escaping @Sendable () -> Void) { thread.loop.post(work) }

    var url: String { "redis://127.0.0.1:\(port)" }

    /// What a decent Redis says to the commands that are not a test's subject.
    static func usual(_ words: [String]) -> String {
        switch words.prefix(2).joined(separator: " ").uppercased() {
        case "CLIENT ID": ":7\r\n"
        case "SUBSCRIBE __REDIS__:INVALIDATE": "*3\r\n$9\r\nsubscribe\r\n$20\r\n__redis__:invalidate\r\n:1\r\n"
        case let text where text.hasPrefix("SCRIPT LOAD"): "$40\r\n\(String(repeating: "a", count: 40))\r\n"
        case let text where text.hasPrefix("PING"): "+PONG\r\n"
        default: "+OK\r\n"
        }
    }

    /// An announcement as it comes on the tracking connection.
    static func invalidation(of key: String) -> String {
        "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*1\r\n$\(key.utf8.count)\r\n\(key)\r\n"
    }
}

/// The connections of one fake server, on its thread.
final class FakeConnections {
    var all: [FakeConnection] = []
}

/// One connection of a ``FakeRedis``, on its thread.
final class FakeConnection: SocketStream {
    private let reader: RedisReplyReader
    private var script: FakeRedis.Script?
    /// Whether it has subscribed to announcements.
    private(set) var isSubscriber = false

    init?(_ loop: EventLoop, _ socket: CInt, _ script: @escaping FakeRedis.Script) {
        guard let reader = RedisReplyReader() else { return nil }
        self.reader = reader
        self.script = script
        super.init(loop: loop, descriptor: socket)
    }

    func begin() {
        register()
        startReading()
    }

    /// Closes, and lets go of what the test keeps, which may be this connection.
    func end() {
        script = nil
        close()
    }

    override func readable() {
        let buffer = unsafe loop.scratch
        guard case .bytes(let count) = unsafe receive(into: buffer) else { return close() }
        do {
            try unsafe reader.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]).bindMemory(to: UInt8.self).span)
            while descriptor >= 0, let command = try reader.next() {
                let words = command.elements?.compactMap(\.text) ?? []
                if words.first == "SUBSCRIBE" { isSubscriber = true }
                if let answer = script?(self, words) { write(answer) }
            }
        } catch {
            close()
        }
    }

    /// Sends bytes; what the client does not take at once is dropped.
    func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe send(UnsafeRawBufferPointer($0)) }
    }
}
