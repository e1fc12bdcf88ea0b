import Foundation
import SallyportTesting
import Synchronization
import Testing
import Tokens

/// Issue 4, "Algorithms and keys": the keys of a running program are changed with a command and SIGHUP.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct KeyRotationTests {
    /// A program whose keys stand in a file.
    private func run(_ algorithm: String, _ body: (ServeProcess, RawClient) throws -> Void) throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let origin = try ServeProcess.application()
        defer { origin.stop() }
        try keys(folder, "generate", "--set", "--kid", "one", "--algorithm", algorithm, "--output", keyFile(folder))
        let serve = try ServeProcess(in: folder, origin: origin, tokens: "{keys: {file: keys.json}}")
        defer { serve.process.kill() }
        try #require(serve.isReady, "\(serve.process.errorLines)")
        try body(serve, try RawClient(serve.address))
    }

    private func keyFile(_ folder: TestFolder) -> String { folder.path + "/keys.json" }

    /// Runs `sallyport keys` to its end.
    private func keys(_ folder: TestFolder, _ words: String...) throws {
        let command = try ProcessUnderTest(BuiltProgram.path("sallyport"), ["keys"] + words)
        #expect(command.waitForEnd() == .exited(0), "\(command.errorLines)")
    }

    private func rotate(_ serve: ServeProcess, _ words: String...) throws {
        let all = ["keys", "rotate", "--config", serve.configurationFile] + words
        let command = try ProcessUnderTest(BuiltProgram.path("sallyport"), all)
        #expect(command.waitForEnd() == .exited(0), "\(command.errorLines)")
    }

    /// Reloads, and waits until the set that is published has so many keys, or holds a kid.
    private func reload(_ serve: ServeProcess, until kids: Set<String>) throws {
        serve.process.signal(SIGHUP)
        let client = try RawClient(serve.address)
        #expect(try waitUntil { try Self.published(client) == kids }, "\(serve.process.errorLines)")
    }

    private static func published(_ client: RawClient) throws -> Set<String> {
        let answer = try client.exchange("GET", "/.sallyport/jwks.json")
        return Set(
            (try JSONParser.parse(Array(answer.text.utf8).span)["keys"]?.array ?? []).compactMap { $0["kid"]?.string })
    }

    private func kid(_ cookies: String, _ name: String = "access") throws -> String? {
        let pair = try #require(cookies.split(separator: "; ").first { $0.contains("sallyport-\(name)=") })
        return try UnverifiedToken(String(pair.split(separator: "=", maxSplits: 1)[1])).header["kid"]?.string
    }

    @Test(
        "Under traffic, a rotation and SIGHUP lose no session: old tokens are good, new ones carry the new key, and a refresh crosses",
        arguments: ["ES256", "EdDSA"])
    func rotation(_ algorithm: String) throws {
        try run(algorithm) { serve, client in
            #expect(try Self.published(client) == ["one"])
            let sessions = try (0..<4).map { try serve.signIn(as: "user\($0)") }
            #expect(try kid(sessions[0]) == "one")
            let traffic = Traffic(serve.address, sessions)
            #expect(waitUntil { traffic.count > 200 })
            try rotate(serve, "--kid", "two")
            try reload(serve, until: ["one", "two"])
            let mark = traffic.count
            #expect(waitUntil { traffic.count > mark + 200 })
            #expect(traffic.stop() == [200], "no request of an old session was refused")

            #expect(try kid(try serve.signIn()) == "two")
            // The refresh token of the old key alone brings tokens of the new one.
            let refresh = try #require(sessions[0].split(separator: "; ").first { $0.contains("-refresh=") })
            let renewed = try client.exchange("GET", "/", [("Cookie", String(refresh))])
            #expect(renewed.status == 200)
            var jar = CookieJar()
            jar.take(renewed, now: 0)
            let cookies = try #require(jar.header(now: 0))
            #expect(try kid(cookies) == "two" && kid(cookies, "refresh") == "two")
            #expect(try client.exchange("GET", "/", [("Cookie", cookies)]).status == 200)
        }
    }

    @Test("A key that is removed is unknown from the reload on, also to tokens that were good a moment ago")
    func removal() throws {
        try run("ES256") { serve, client in
            let old = try serve.signIn()
            #expect(try client.exchange("GET", "/", [("Cookie", old)]).status == 200)
            try rotate(serve, "--kid", "two", "--keep-seconds", "0")
            try reload(serve, until: ["two"])
            let answer = try client.exchange("GET", "/", [("Cookie", old)])
            #expect(answer.status == 401)
            #expect(answer.text.contains(#""code":"token_key_unknown""#))
            #expect(try client.exchange("GET", "/", [("Cookie", try serve.signIn())]).status == 200)
        }
    }

    @Test("A prepared key is published and verified with before it signs")
    func preparing() throws {
        try run("RS256") { serve, client in
            try rotate(serve, "--prepare", "--kid", "two", "--algorithm", "ES256")
            try reload(serve, until: ["one", "two"])
            let old = try serve.signIn()
            #expect(try kid(old) == "one")
            try rotate(serve)
            serve.process.signal(SIGHUP)
            #expect(try waitUntil { try kid(try serve.signIn()) == "two" })
            #expect(try client.exchange("GET", "/", [("Cookie", old)]).status == 200)
        }
    }

    @Test("A reload with a key file that is broken keeps the keys, and says which key is to blame")
    func broken() throws {
        try run("ES256") { serve, client in
            let cookies = try serve.signIn()
            let text = try String(contentsOfFile: keyFile(serve.folder), encoding: .utf8)
            try serve.folder.write(text.replacing(#""alg":"ES256""#, with: #""alg":"RS256""#), to: "keys.json")
            serve.process.signal(SIGHUP)
            #expect(serve.process.waitForErrorLine(containing: "the key “one”") != nil)
            #expect(try client.exchange("GET", "/", [("Cookie", cookies)]).status == 200)
        }
    }
}

/// Requests of signed-in users, one after the other on one connection, until it is stopped.
private final class Traffic: Sendable {
    private struct State {
        var count = 0
        var statuses: Set<Int> = []
        var isStopped = false
        var isOver = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock(\.count) }

    init(_ address: SocketAddress, _ sessions: [String]) {
        startThread { [self] in
            var number = 0
            do {
                let client = try RawClient(address)
                while !state.withLock(\.isStopped) {
                    let cookies = sessions[number % sessions.count]
                    number += 1
                    let status = try client.exchange("GET", "/?n=\(number)", [("Cookie", cookies)]).status
                    state.withLock { state in
                        state.count += 1
                        state.statuses.insert(status)
                    }
                }
            } catch {
                _ = state.withLock { $0.statuses.insert(-1) }
            }
            state.withLock { $0.isOver = true }
        }
    }

    /// Ends it, and tells each status that an answer had; -1 for a broken connection.
    func stop() -> Set<Int> {
        state.withLock { $0.isStopped = true }
        #expect(waitUntil { state.withLock(\.isOver) })
        return state.withLock(\.statuses)
    }
}
