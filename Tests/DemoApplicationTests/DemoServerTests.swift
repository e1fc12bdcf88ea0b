import EventIO
import Foundation
import Testing

@testable import DemoApplication

@Suite("The demo application on its socket")
struct DemoServerTests {
    /// Runs a server on a loop of its own, and stops it when `body` is done.
    private func withServer(_ body: (Client) throws -> Void) async throws {
        let thread = try LoopThread(name: "demo-test")
        defer { thread.join() }
        let loop = thread.loop
        let any = SocketAddress(.ipv4(0x7f00_0001, port: 0))
        let server = LoopBound(try DemoServer(on: loop, at: any, site: DemoSite(rotationGraceSeconds: 5)), to: loop)
        let address: SocketAddress = await withCheckedContinuation { continuation in
            loop.post {
                server.value.start()
                continuation.resume(returning: server.value.address)
            }
        }
        let port = try #require(address.port)
        do {
            let client = try Client(port: port)
            defer { client.end() }
            try body(client)
        }
        await withCheckedContinuation { continuation in
            loop.post {
                server.value.stop()
                continuation.resume()
            }
        }
    }

    @Test("One connection carries request after request, then a WebSocket, and ends with it")
    func serves() async throws {
        try await withServer { client in
            for _ in 0..<3 {
                try client.send("GET /whoami HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n")
                #expect(try client.receive(until: "}}\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            try client.send(WebSocketEchoTests.handshake + "\r\n")
            #expect(try client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            try client.send(ClientFrame.text("hello"))
            #expect(try client.receive(until: "hello") == "\u{fffd}\u{5}hello")
            try client.send(ClientFrame.bytes(8, [0x03, 0xe8]))
            #expect(try client.receiveAll() == WebSocketEchoTests.close(1000))
        }
    }

    @Test("A client that asks for much and reads late gets all of it")
    func slowReader() async throws {
        try await withServer { client in
            let page = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            try client.send(String(repeating: page, count: 1999))
            try client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let text = String(decoding: try client.receiveAll(), as: UTF8.self)
            #expect(text.split(separator: "HTTP/1.1 200 OK\r\n").count == 2000)
        }
    }
}

/// A blocking socket with a deadline for each read.
private final class Client {
    struct Failure: Error {
        var action: String
        var code: CInt
    }

    private let descriptor: CInt

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var deadline = timeval(tv_sec: 20, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &deadline, socklen_t(MemoryLayout<timeval>.size))
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            // A `sockaddr_in` begins with the members of `sockaddr`.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure(action: "connect", code: errno) }
    }

    func end() { _ = close(descriptor) }

    func send(_ text: String) throws { try send([UInt8](text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        let count = unsafe Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        guard count == bytes.count else { throw Failure(action: "send", code: errno) }
    }

    func receive(until end: String) throws -> String {
        var text = ""
        while !text.hasSuffix(end) {
            let part = try receiveSome()
            guard !part.isEmpty else { throw Failure(action: "receive", code: 0) }
            text += String(decoding: part, as: UTF8.self)
        }
        return text
    }

    func receiveAll() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let part = try receiveSome()
            guard !part.isEmpty else { return bytes }
            bytes += part
        }
    }

    private func receiveSome() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65536)
        // The array is as long as the count says.
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(action: "receive", code: errno) }
        return [UInt8](buffer[..<count])
    }
}
