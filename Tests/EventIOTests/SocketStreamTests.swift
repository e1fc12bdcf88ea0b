import EventIO
import Glibc
import Testing

@Suite("Streams and listeners")
struct SocketStreamTests {
    @Test(
        "A listener accepts, and bytes go both ways until the peer ends",
        arguments: ["127.0.0.1", "::1", "unix"])
    func echo(host: String) async throws {
        let thread = try LoopThread(name: "test")
        let loop = thread.loop
        let path = "/tmp/sallyport-\(UInt64.random(in: 0...UInt64.max)).sock"
        defer { if host == "unix" { _ = unsafe unlink(path) } }
        let address =
            host == "unix"
            ? SocketAddress(.unix(path: path))
            : try #require(SocketAddress(numericHost: host, port: 0))
        let answer: String = await withCheckedContinuation { done in
            loop.post {
                do throws(IOError) {
                    let listener = try Listener(on: loop, at: address) { socket, _ in
                        EchoStream(loop: loop, descriptor: socket).begin()
                    }
                    listener.start()
                    let client = ClientStream(loop: loop, message: "hello") { text in
                        listener.close()
                        done.resume(returning: text)
                    }
                    if try client.connect(to: listener.address) { client.writable() }
                } catch {
                    done.resume(returning: "\(error)")
                }
            }
        }
        #expect(answer == "hello")
        thread.join()
    }

    @Test("Connecting to a port where nobody listens is an error with its reason")
    func refused() async throws {
        let thread = try LoopThread(name: "test")
        let loop = thread.loop
        let address = try #require(SocketAddress(numericHost: "127.0.0.1", port: 1))
        let answer: String = await withCheckedContinuation { done in
            loop.post {
                let client = ClientStream(loop: loop, message: "") { done.resume(returning: $0) }
                do throws(IOError) {
                    if try client.connect(to: address) { client.writable() }
                } catch {
                    client.close()
                    done.resume(returning: error.reason)
                }
            }
        }
        #expect(answer == "Connection refused")
        thread.join()
    }

    @Test("Addresses print as they are written", arguments: ["127.0.0.1", "::1", "2001:db8::7"])
    func text(host: String) throws {
        let address = try #require(SocketAddress(numericHost: host, port: 80))
        #expect(address.description == (host.contains(":") ? "[\(host)]:80" : "\(host):80"))
        #expect(SocketAddress(numericHost: "localhost", port: 80) == nil)
    }
}

/// Sends back what it gets.
private final class EchoStream: SocketStream {
    func begin() {
        register()
        startReading()
    }

    override func readable() {
        let buffer = unsafe loop.scratch
        guard case .bytes(let count) = unsafe receive(into: buffer) else { return close() }
        _ = unsafe send(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
}

/// Sends a message and reports the answer, or why it could not connect.
private final class ClientStream: SocketStream {
    private let message: String
    private let done: (String) -> Void

    init(loop: EventLoop, message: String, done: @escaping (String) -> Void) {
        self.message = message
        self.done = done
        super.init(loop: loop, descriptor: -1)
    }

    override func writable() {
        stopWriting()
        if let error = connectError {
            done(error.reason)
            return close()
        }
        var text = message
        text.withUTF8 { _ = unsafe send(UnsafeRawBufferPointer($0)) }
        startReading()
    }

    override func readable() {
        let buffer = unsafe loop.scratch
        if case .bytes(let count) = unsafe receive(into: buffer) {
            done(unsafe String(decoding: buffer[..<count], as: UTF8.self))
        }
        close()
    }
}
