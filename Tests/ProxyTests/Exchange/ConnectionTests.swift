import Glibc
import SallyportTesting
import Testing

/// RFC 9112 §9: how long connections live, on the client's side and on the application's.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ConnectionTests {
    @Test("A client's connection serves many requests, and so does the application's")
    func keepAlive() async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            for index in 0..<10 {
                let answer = try client.exchange("GET", "/public/\(index)")
                #expect(answer.status == 200)
                #expect(answer.version == "HTTP/1.1")
            }
            #expect(proxy.origin.connectionCount == 1)
            #expect(Set(proxy.requests.map { $0.position }) == Set(0..<10))
        }
    }

    @Test("Pipelined requests are answered in their order, whatever the pieces they come in")
    func pipelining() async throws {
        try await ProxyFixture.run { proxy in
            var bytes: [UInt8] = []
            for index in 0..<8 {
                bytes +=
                    index.isMultiple(of: 3)
                    ? MessageText.request("POST", "/public/\(index)", body: "body \(index)")
                    : MessageText.request("GET", "/public/\(index)")
            }
            let pacings: [RawClient.Pacing] =
                [.whole, .byteByByte] + stride(from: 1, to: bytes.count, by: 41).map { .split(at: $0) }
            for pacing in pacings {
                let before = proxy.requests.count
                let client = try proxy.client()
                try client.send(bytes, pacing)
                for index in 0..<8 { #expect(try client.response().json["path"] as? String == "/public/\(index)") }
                #expect(proxy.requests.dropFirst(before).map { $0.target } == (0..<8).map { "/public/\($0)" })
            }
            #expect(proxy.origin.violations.isEmpty)
        }
    }

    @Test("Hundreds of requests that come at once are all answered, in their order, also with the client's end behind")
    func longPipeline() async throws {
        try await ProxyFixture.run { proxy in
            var bytes: [UInt8] = []
            // Most are answered by the proxy itself, at once; some go to the application in between.
            for index in 0..<600 {
                bytes += MessageText.request("GET", index.isMultiple(of: 50) ? "/public/\(index)" : "/private")
            }
            for ends in [false, true] {
                let client = try proxy.client()
                try client.send(bytes)
                if ends { client.socket.finishSending() }
                for index in 0..<600 {
                    let answer = try client.response()
                    #expect(answer.status == (index.isMultiple(of: 50) ? 200 : 401), "\(index)")
                    if index.isMultiple(of: 50) { #expect(answer.json["path"] as? String == "/public/\(index)") }
                }
                if ends { #expect(client.isClosedByPeer()) }
            }
        }
    }

    @Test("A client that ends its half while its requests are served gets all answers, whenever the end comes")
    func endWithinPipeline() async throws {
        try await ProxyFixture.run { proxy in
            for round in 0..<300 {
                let client = try proxy.client()
                let count = 16
                try client.send((0..<count).flatMap { MessageText.request("GET", "/public/\($0)") })
                for index in 0..<count {
                    if index == round % count { client.socket.finishSending() }
                    let answer = try client.response()
                    #expect(answer.status == 200 && answer.json["path"] as? String == "/public/\(index)")
                }
                #expect(client.isClosedByPeer())
            }
        }
    }

    @Test("Pipelined requests with and without a token are each decided for themselves")
    func mixedPipelining() async throws {
        try await ProxyFixture.run { proxy in
            let alice = try Browser.signedIn(proxy)
            let bob = try Browser.signedIn(proxy, as: "bob")
            let client = try proxy.client()
            try client.send(
                alice.bytes("GET", "/a") + MessageText.request("GET", "/b") + bob.bytes("GET", "/c")
                    + MessageText.request("GET", "/public/d"))
            #expect(try client.response().echoed["x-user-id"] == "alice")
            expectRefusal(try client.response(), "token_missing")
            #expect(try client.response().echoed["x-user-id"] == "bob")
            let last = try client.response()
            #expect(last.status == 200 && last.echoed["x-user-id"] == nil)
        }
    }

    @Test("Connection: close is obeyed and told, from the client and from the application")
    func close() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                let closes = exchange.request.target == "/public/close"
                try exchange.perform(
                    .response(200, closes ? [("Connection", "close")] : [], body: "x", closes ? .close : .keepAlive))
            },
            { proxy in
                let client = try proxy.client()
                let answer = try client.exchange("GET", "/public", [("Connection", "close")])
                #expect(answer.fields.elements("connection").contains("close"))
                #expect(client.isClosedByPeer())
                let second = try proxy.client()
                let closed = try second.exchange("GET", "/public/close")
                #expect(!closed.fields.elements("connection").contains("close"), "hop by hop: it is not the client's")
                #expect(try second.exchange("GET", "/public").status == 200)
                #expect(proxy.origin.connectionCount == 2)
            })
    }

    @Test("An HTTP/1.0 client gets an answer it can read, and keep-alive only where it asks for it")
    func oldVersion() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                let body = MessageText.chunked(["one", "two"])
                try exchange.send(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8) + body)
            },
            { proxy in
                let old = try proxy.client()
                try old.send("GET /public HTTP/1.0\r\n\r\n")
                let answer = try old.response()
                #expect(answer.status == 200)
                #expect(!answer.fields.contains("transfer-encoding"), "HTTP/1.0 has no chunked coding")
                #expect(answer.text == "onetwo")
                #expect(old.isClosedByPeer())
                #expect(proxy.requests.last?.version == "HTTP/1.1")
            })
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            for _ in 0..<2 {
                try client.send("GET /public HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
                let answer = try client.response()
                #expect(answer.fields.elements("connection").contains("keep-alive"))
            }
        }
    }

    @Test("A client that has finished sending still gets its answer")
    func halfClose() async throws {
        let gate = try Gate()
        try await ProxyFixture.run(
            origin: { exchange in
                try exchange.readBody()
                try gate.wait()
                try exchange.perform(.echo(exchange.request))
            },
            { proxy in
                let client = try proxy.client()
                try client.send(MessageText.request("POST", "/public", body: "hello"))
                client.finishSending()
                #expect(waitUntil { proxy.requests.count == 1 })
                gate.open()
                #expect(try client.response().status == 200)
                #expect(client.isClosedByPeer())
            })
    }

    @Test("A client that goes away in the middle ends its request at the application, and nothing else")
    func clientGone() async throws {
        try await ProxyFixture.run(
            origin: { exchange in
                if exchange.request.target == "/public/wait" {
                    try exchange.perform(.never)
                } else {
                    try exchange.perform(.echo(try exchange.readBody()))
                }
            },
            { proxy in
                let leaver = try proxy.client()
                try leaver.send(MessageText.request("GET", "/public/wait"))
                #expect(waitUntil { proxy.requests.count == 1 })
                leaver.socket.reset()
                #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
                let half = try proxy.client()
                try half.send(MessageText.request("POST", "/public", [("Content-Length", "100")]) + Array("short".utf8))
                #expect(waitUntil { proxy.requests.count == 2 })
                half.close()
                #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
                #expect(try proxy.client().exchange("GET", "/public").status == 200)
            })
    }

    @Test("IPv6 and Unix sockets listen like IPv4, and lead to the application like it")
    func addresses() async throws {
        let path = "/tmp/sallyport-listen-\(try freePort()).sock"
        defer { _ = unsafe unlink(path) }
        let second = try TestOrigin(on: .unix(path: "/tmp/sallyport-origin-\(try freePort()).sock"))
        defer { second.stop() }
        try await ProxyFixture.run(configure: { configuration in
            configuration.listeners.append(.init(address: .tcp(host: "::1", port: 0)))
            configuration.listeners.append(.init(address: .unix(path: path)))
            configuration.upstreams["second"] = .init(endpoints: [ProxyFixture.endpoint(of: second)])
            configuration.routes.append(ProxyFixture.route("/public/unix", .none, upstream: "second"))
        }) { proxy throws in
            #expect(proxy.server.addresses.count == 3)
            for address in proxy.server.addresses {
                #expect(try RawClient(address).exchange("GET", "/public").status == 200)
                #expect(try RawClient(address).exchange("GET", "/public/unix").status == 200)
            }
            #expect(second.requests.count == 3)
        }
    }

    @Test("Several workers share the listeners, and each serves")
    func workers() async throws {
        try await ProxyFixture.run(configure: { $0.workers = 4 }) { proxy in
            let alice = try Browser.signedIn(proxy)
            for _ in 0..<40 { #expect(try alice.request().echoed["x-user-id"] == "alice") }
        }
    }

    @Test("Requests go to each endpoint in turn, over connections that are used again")
    func turns() async throws {
        let second = try TestOrigin()
        defer { second.stop() }
        try await ProxyFixture.run(configure: { configuration in
            configuration.upstreams["shop"]?.endpoints.append(ProxyFixture.endpoint(of: second))
        }) { proxy throws in
            let client = try proxy.client()
            for _ in 0..<8 { #expect(try client.exchange("GET", "/public").status == 200) }
            #expect(proxy.requests.count == 4)
            #expect(second.requests.count == 4)
            #expect(proxy.origin.connectionCount == 1 && second.connectionCount == 1)
        }
    }

    @Test("An idle connection to the application is closed after its time, and the next request opens another")
    func idle() async throws {
        try await ProxyFixture.run(configure: { $0.limits.upstreamKeepAliveTimeoutSeconds = 0.3 }) { proxy throws in
            let client = try proxy.client()
            #expect(try client.exchange("GET", "/public").status == 200)
            #expect(waitUntil { proxy.origin.openConnectionCount == 0 })
            #expect(try client.exchange("GET", "/public").status == 200)
            #expect(proxy.origin.connectionCount == 2)
        }
    }
}
