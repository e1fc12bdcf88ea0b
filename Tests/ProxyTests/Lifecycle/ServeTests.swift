import Foundation
import SallyportTesting
import Testing

/// Issue 3, "Lifecycle": the real program, its signals, its end.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct ServeTests {
    /// Runs a test in front of a running program, which is killed afterwards.
    private func run(
        gate: Gate? = nil, more: String = "", _ body: (ServeProcess) throws -> Void
    ) throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let origin = try ServeProcess.application(gate: gate)
        defer { origin.stop() }
        let serve = try ServeProcess(in: folder, origin: origin, more: more)
        defer { serve.process.kill() }
        try #require(serve.isReady, "\(serve.process.errorLines)")
        try body(serve)
    }

    @Test("SIGTERM lets what is under way finish, takes nothing new, and ends with 0")
    func drain() throws {
        let gate = try Gate()
        try run(gate: gate) { serve in
            let idle = try RawClient(serve.address)
            #expect(try idle.exchange("GET", "/public").status == 200)
            let busy = try RawClient(serve.address)
            try busy.send(MessageText.request("GET", "/public/slow"))
            #expect(waitUntil { serve.origin.requests.contains { $0.target == "/public/slow" } })
            serve.process.signal(SIGTERM)
            #expect(idle.isClosedByPeer(), "nothing is under way on it")
            #expect(waitUntil { (try? RawClient(serve.address)) == nil }, "the listener is closed")
            #expect(serve.process.isRunning)
            gate.open()
            let answer = try busy.response()
            #expect(answer.status == 200)
            #expect(answer.fields.elements("connection").contains("close"))
            #expect(serve.process.waitForEnd() == .exited(0))
        }
    }

    @Test("What does not finish is cut off at the drain's deadline; a second SIGTERM ends at once")
    func deadline() throws {
        for signals in [1, 2] {
            let gate = try Gate()
            try run(gate: gate, more: "drain_timeout_seconds: \(signals == 1 ? "0.5" : "60")") { serve in
                let busy = try RawClient(serve.address)
                try busy.send(MessageText.request("GET", "/public/slow"))
                #expect(waitUntil { serve.origin.requests.contains { $0.target == "/public/slow" } })
                serve.process.signal(SIGTERM)
                if signals == 2 {
                    #expect(waitUntil { (try? RawClient(serve.address)) == nil })
                    serve.process.signal(SIGTERM)
                }
                #expect(serve.process.waitForEnd(Deadline(in: .seconds(10))) != nil)
                gate.open()
            }
        }
    }

    @Test("SIGHUP swaps in a valid configuration without dropping a connection or what is under way")
    func reload() throws {
        let gate = try Gate()
        try run(gate: gate) { serve in
            let kept = try RawClient(serve.address)
            #expect(try kept.exchange("GET", "/open").status == 401)
            let busy = try RawClient(serve.address)
            try busy.send(MessageText.request("GET", "/public/slow"))
            #expect(waitUntil { serve.origin.requests.contains { $0.target == "/public/slow" } })
            let text = try String(contentsOfFile: serve.configurationFile, encoding: .utf8)
            let changed = text.replacingOccurrences(
                of: "routes:\n",
                with: "routes:\n  - {match: {path_prefix: /open}, upstream: shop, authentication: none}\n")
            try serve.folder.write(changed, to: "sallyport.yaml")
            serve.process.signal(SIGHUP)
            #expect(try waitUntil { try kept.exchange("GET", "/open").status == 200 })
            gate.open()
            #expect(try busy.response().status == 200)
            #expect(serve.process.isRunning)
        }
    }

    @Test(
        "SIGHUP with a broken configuration keeps the old one and says what is wrong",
        arguments: ["routes: [", "unknown_key: 1", "tokens: {secret: {env: NO_SUCH_VARIABLE_HERE}}"])
    func brokenReload(text: String) throws {
        try run { serve in
            let cookies = try serve.signIn()
            try serve.folder.write(text, to: "sallyport.yaml")
            serve.process.signal(SIGHUP)
            #expect(serve.process.waitForErrorLine(containing: "the old configuration stays in force") != nil)
            #expect(serve.process.errorLines.contains { $0.contains("sallyport.yaml") })
            #expect(try RawClient(serve.address).exchange("GET", "/", [("Cookie", cookies)]).status == 200)
            #expect(try RawClient(serve.address).exchange("GET", "/").status == 401)
            #expect(serve.process.isRunning)
        }
    }

    @Test("Row 31: a missing, empty or short secret refuses the start with 1", arguments: [nil, "", "short"])
    func secret(value: String?) throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let origin = try ServeProcess.application()
        defer { origin.stop() }
        let serve = try ServeProcess(in: folder, origin: origin, secret: value)
        defer { serve.process.kill() }
        #expect(serve.process.waitForEnd() == .exited(1))
        #expect(serve.process.waitForErrorLine(containing: "tokens.secret") != nil, "\(serve.process.errorLines)")
    }

    @Test(
        "Row 31: a missing, empty or short secret refuses the reload; with a good one it is taken",
        arguments: [nil, "", "\n", "short"])
    func secretAtReload(value: String?) throws {
        try run { serve in
            let cookies = try serve.signIn()
            let text = try String(contentsOfFile: serve.configurationFile, encoding: .utf8)
            let file = serve.folder.path + "/secret"
            try serve.folder.write(
                text.replacingOccurrences(of: "{env: JWT_SECRET_KEY}", with: "{file: \(file)}"), to: "sallyport.yaml")
            if let value { try serve.folder.write(value, to: "secret") }
            serve.process.signal(SIGHUP)
            let told = serve.process.waitForErrorLine(containing: "the old configuration stays in force")
            #expect(told != nil, "\(serve.process.errorLines)")
            #expect(serve.process.errorLines.contains { $0.contains("tokens.secret") })
            #expect(try RawClient(serve.address).exchange("GET", "/").status == 401)
            #expect(try RawClient(serve.address).exchange("GET", "/", [("Cookie", cookies)]).status == 200)
            try serve.folder.write(ServeProcess.secret, to: "secret")
            serve.process.signal(SIGHUP)
            #expect(serve.process.waitForErrorLine(containing: "the new configuration is in force") != nil)
            #expect(try RawClient(serve.address).exchange("GET", "/", [("Cookie", cookies)]).status == 200)
        }
    }

    @Test("kill -9 loses no session that was answered to a client")
    func kill() throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let origin = try ServeProcess.application()
        defer { origin.stop() }
        let first = try ServeProcess(in: folder, origin: origin)
        defer { first.process.kill() }
        try #require(first.isReady)
        let cookies = try first.signIn()
        first.process.kill()
        let second = try ServeProcess(in: folder, origin: origin)
        defer { second.process.kill() }
        try #require(second.isReady)
        let answer = try RawClient(second.address).exchange("GET", "/", [("Cookie", cookies)])
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.echoed["x-user-id"] == "alice")
    }

    @Test("Connections that come and go leave no descriptor behind")
    func descriptors() throws {
        try run { serve in
            #expect(try RawClient(serve.address).exchange("GET", "/public").status == 200)
            let before = try #require(serve.process.facts.openDescriptors)
            for index in 0..<100 {
                let client = try RawClient(serve.address)
                switch index % 4 {
                case 0: _ = try client.exchange("GET", "/public")
                case 1: try client.send("GET /pub")
                case 2: client.socket.reset()
                default: try client.send(MessageText.request("POST", "/public", [("Content-Length", "10")]))
                }
                client.close()
            }
            #expect(
                waitUntil { (serve.process.facts.openDescriptors ?? .max) <= before + 2 },
                "\(String(describing: serve.process.facts.openDescriptors)) after \(before)")
        }
    }
}
