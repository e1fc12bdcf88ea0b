import SallyportTesting
import Testing
import Tokens

/// The smaller parts of the tests' own machinery.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct HarnessPartTests {
    @Test("A jar keeps what a browser keeps, until it expires or is deleted")
    func jar() throws {
        var jar = CookieJar()
        func take(_ lines: String...) {
            jar.take(lines.map { SetCookie($0) }, now: 100)
        }
        take(
            "a=1; Path=/; Max-Age=10", "b=2", "__Host-c=3; Path=/; Secure", "__Host-d=4; Path=/x; Secure",
            "e=5; SameSite=None")
        #expect(jar.header(now: 109) == "a=1; b=2; __Host-c=3")
        #expect(jar.header(now: 110) == "b=2; __Host-c=3")
        #expect(jar.refusals.count == 2)
        take("b=; Max-Age=0", "__Host-c=; Path=/; Secure; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(jar.header(now: 110) == nil)
        #expect(SetCookie("x=y=z; HttpOnly;  SameSite=Lax").attributes == ["httponly": "", "samesite": "Lax"])
        #expect(SetCookie("x=y=z").value == "y=z")
    }

    @Test("A WebSocket is opened, and frames of every length form come back")
    func webSocket() throws {
        #expect(WebSocketKey.acceptance(of: WebSocketKey.sample) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let origin = try TestOrigin(script: { try $0.acceptWebSocketAndEcho(subprotocol: "chat") })
        defer { origin.stop() }
        let client = try RawClient(origin.address)
        #expect(try client.openWebSocket("/ws", subprotocols: "chat").header("sec-websocket-protocol") == "chat")
        for count in [0, 125, 126, 65535, 65536] {
            let frame = WebSocketFrame(opcode: 2, payload: [UInt8](repeating: 7, count: count))
            try client.send(frame)
            #expect(try client.frame() == frame)
        }
        try client.send(.close(1000, "bye"))
        #expect(try client.frame().closeCode == 1000)
    }

    @Test("A program's lines, facts and end are seen, and signals reach it")
    func process() throws {
        let shell = try ProcessUnderTest(
            "sh", ["-c", "echo $GREETING; echo bad >&2; exec sleep 600"],
            environment: .inherited(["GREETING": "hello"]))
        #expect(shell.waitForLine(containing: "hell") == "hello")
        #expect(shell.waitForErrorLine(containing: "bad") == "bad")
        #expect(waitUntil { (shell.facts.residentBytes ?? 0) > 4096 }, "its program may just be taking over")
        #expect(try #require(shell.facts.openDescriptors) >= 3)
        #expect(shell.isRunning)
        shell.signal(15)
        #expect(shell.waitForEnd() == .signalled(15))
        #expect(shell.waitForLine(containing: "more") == nil)
        #expect(try ProcessUnderTest("sh", ["-c", "exit 3"]).waitForEnd() == .exited(3))
    }

    @Test("A program has the input, the folder and the variables that it is given, and no others")
    func processParts() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        try folder.write("one\ntwo", to: "input")
        let shell = try ProcessUnderTest(
            "/bin/sh", ["-c", "pwd; cat; echo $NAME-$HOME-$USER >&2"], environment: .only(["NAME": "value"]),
            input: folder.path + "/input", folder: folder.path)
        #expect(shell.waitForEnd() == .exited(0))
        #expect(shell.waitForOutput())
        #expect(shell.outputText == folder.path + "\none\ntwo", "its last line has no end")
        #expect(shell.errorText == "value--\n")
    }

    @Test("A paused program does nothing until it is let go, and one that has ended cannot be paused")
    func pause() throws {
        let shell = try ProcessUnderTest("sh", ["-c", "while :; do :; done"])
        #expect(shell.pause())
        let ticks = try #require(shell.facts.cpuTicks)
        #expect(shell.facts.cpuTicks == ticks)
        shell.signal(18)
        #expect(waitUntil { (shell.facts.cpuTicks ?? 0) > ticks })
        shell.kill()
        #expect(!shell.pause())
    }

    @Test("A store fails, hangs and works again as told, and counts")
    func faultyStore() async throws {
        let store = FaultyStore()
        let token = TokenReference(session: "s", type: .access, identifier: "i")
        store.set(.fails(.unreachable), for: [.verdict])
        await #expect(throws: TokenStoreError.self) { try await store.verdict(on: token, now: 0) }
        try await store.ping()
        store.set(.hangs)
        async let verdict = store.verdict(on: token, now: 0)
        #expect(waitUntil { store.hanging == 1 })
        store.release()
        #expect(try await verdict == .revoked)
        #expect(store.count(of: .verdict) == 2)
    }

    @Test("An origin on a Unix socket and on IPv6 is reached, and a stopped one is not")
    func addresses() throws {
        for address in [SocketAddress.unix(path: "/tmp/sallyport-\(try freePort()).sock"), .tcp(host: "::1", port: 0)] {
            let origin = try TestOrigin(on: address)
            #expect(try RawClient(origin.address).exchange().status == 200)
            origin.stop()
        }
        let stopped = try TestOrigin()
        let address = stopped.address
        stopped.stop()
        #expect(throws: SocketFailure.self) { try RawClient(address).exchange() }
    }
}
