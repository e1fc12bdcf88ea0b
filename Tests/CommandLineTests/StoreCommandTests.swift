import Foundation
import SallyportTesting
import Testing
import Tokens

@Suite("sallyport store", .threadOfItsOwn, .timeLimit(.minutes(3)))
struct StoreCommandTests {
    /// The words that `token verify` has for a token.
    private func verdict(_ gate: Gate, _ token: String, type: String = "access") throws -> String {
        let run = try gate.run("token", "verify", "--type", type, input: token)
        return run.code == 0 ? "ok" : try members(run.output)["code"] as? String ?? "exit \(run.code)"
    }

    private func issue(_ gate: Gate, _ user: String) throws -> (sid: String, access: String, refresh: String) {
        let run = try gate.run("session", "issue", "--data", #"{"sub":"\#(user)","roles":["ä"]}"#)
        let session = try members(run.output)
        return (
            try #require(session["sid"] as? String), try #require(session["access_token"] as? String),
            try #require(session["refresh_token"] as? String)
        )
    }

    /// Signs in over one store, moves, and looks at the other.
    private func move(from source: Gate, to target: Gate) throws {
        // Both take the tokens of an issuer.
        let issuer = try SignedIssuer()
        let keys = try source.folder.write("jwks.json", issuer.keySet())
        let (first, second) = (try source.taking(issuer, keys), try target.taking(issuer, keys))
        let living = try issue(first, "alice")
        let revoked = try issue(first, "alice")
        #expect(try first.run("token", "revoke", input: revoked.access).code == 0)
        let ended = try issue(first, "bob")
        #expect(try first.run("session", "end", ended.sid).code == 0)
        let lone = try first.token("--type", "websocket")

        // Who is denied at an issuer stays denied.
        let now = WallClock.system.now
        let foreign = try issuer.token(now: now - 2)
        let other = try issuer.token(now: now - 2) { $0["sub"] = "dave" }
        #expect(try first.run("session", "end", "--issuer", issuer.name, "--all-of", "carol").code == 0)
        #expect(try verdict(first, foreign) == "token_revoked")
        #expect(try verdict(second, foreign) == "ok")

        let file = first.folder.path + "/export-\(UUID().uuidString).jsonl"
        let exported = try first.run("store", "export", file)
        #expect(exported.code == 0, "\(exported.errors)")
        #expect(exported.output == "{\"sessions\":3,\"denials\":1}\n")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        for token in [living.access, living.refresh, lone] {
            // Neither the token nor its signature.
            #expect(!text.contains(token.suffix(40)))
        }
        #expect(!text.contains("carol"))
        #expect(try first.run("store", "export", file).code == 1)

        let imported = try second.run("store", "import", file)
        #expect(imported.code == 0, "\(imported.errors)")
        #expect(imported.output == "{\"added\":3,\"known\":0,\"expired\":0,\"denials\":1}\n")
        let again = try second.run("store", "import", file)
        #expect(again.output == "{\"added\":0,\"known\":3,\"expired\":0,\"denials\":1}\n")
        #expect(try verdict(second, foreign) == "token_revoked")
        #expect(try verdict(second, other) == "ok")

        #expect(try verdict(second, living.access) == "ok")
        #expect(try verdict(second, living.refresh, type: "refresh") == "ok")
        #expect(try verdict(second, lone, type: "websocket") == "ok")
        #expect(try verdict(second, revoked.access) == "token_revoked")
        #expect(try verdict(second, revoked.refresh, type: "refresh") == "ok")
        #expect(try verdict(second, ended.access) == "token_revoked")
        #expect(try second.run("session", "list", "alice").lines.count == 2)
        let check = try second.run("store", "check")
        #expect(check.code == 0, "\(check.output)")
        #expect(try members(check.output)["tokens"] as? Int == 4)
        #expect(try members(check.output)["denials"] as? Int == 1)
        #expect(try second.run("session", "end", "--all-of", "alice").code == 0)
        #expect(try verdict(second, living.refresh, type: "refresh") == "token_revoked")
    }

    @Test("Sessions of an SQLite file go on in a Redis, and those of a Redis in an SQLite file")
    func growing() throws {
        let redis = try RedisServer()
        try move(from: try Gate(), to: try Gate(store: redis.url))
        let other = try RedisServer()
        try move(from: try Gate(store: other.url), to: try Gate())
    }

    @Test("Sessions of an SQLite file go on in a Redis Cluster")
    func cluster() async throws {
        let cluster = try await RedisClusterSet.start()
        try move(from: try Gate(), to: try Gate(store: cluster.url))
        for node in cluster.nodes { node.kill() }
    }

    @Test("An export that was cut off or damaged is told by its line, and what stands before it was added")
    func damaged() throws {
        let gate = try Gate()
        for user in ["a", "b", "c"] { _ = try issue(gate, user) }
        let lines = try gate.run("store", "export", "-").lines
        #expect(lines.count == 5)
        let cases: [(text: [String], message: String, added: Int)] = [
            (Array(lines[..<3]), "cut off after line 3", 2),
            (Array(lines[..<3]) + [lines[4]], "lines are missing", 2),
            (
                Array(lines[..<4]) + [#"{"kind":"end","sessions":3,"denials":1}"#], "lines are missing", 3
            ),
            (Array(lines[..<1]) + [#"{"kind":"denial","name":"x"}"#], "line 2 of the export has no usable", 0),
            (Array(lines[1...]), "does not begin like an export", 0),
            (Array(lines[..<2]) + ["{}"], "line 3 of the export is of a kind that this version does not know", 1),
            ([], "cut off after line 0", 0),
        ]
        for (text, message, added) in cases {
            let empty = try Gate()
            let run = try empty.run("store", "import", "-", input: text.map { $0 + "\n" }.joined())
            #expect(run.code == 1)
            #expect(run.errors.contains(message))
            #expect(run.errors.contains("\(added) sessions were added"))
            // What it held is not told.
            #expect(!run.errors.contains("claims"))
        }
        #expect(try Gate().run("store", "import", "/nonexistent").code == 1)
    }

    @Test("A store is checked: 0 for a good one, 1 for a bad one, 3 for one that is not there")
    func checking() throws {
        let gate = try Gate()
        #expect(try gate.run("store", "check").code == 3)
        _ = try issue(gate, "alice")
        let good = try gate.run("store", "check")
        #expect(good.code == 0)
        let facts = try members(good.output)
        #expect(facts["ok"] as? Bool == true && facts["sessions"] as? Int == 1 && facts["tokens"] as? Int == 2)
        try Data(repeating: 7, count: 8192).write(to: URL(filePath: gate.folder.path + "/store.db"))
        for end in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: gate.folder.path + "/store.db" + end)
        }
        let bad = try gate.run("store", "check")
        #expect(bad.code == 1 && bad.output == "")
        #expect(try Gate(store: "memory:").run("store", "check").code == 1)

        let redis = try RedisServer()
        let far = try Gate(store: redis.url)
        let session = try issue(far, "alice")
        #expect(try far.run("store", "check").code == 0)
        _ = try redis.command("ZREM", "jwt:user:alice", session.sid)
        let wrong = try far.run("store", "check")
        #expect(wrong.code == 1)
        #expect(try members(wrong.output)["problem_count"] as? Int == 1)
        redis.kill()
        #expect(try far.run("store", "check").code == 3)
        #expect(try far.run("store", "export", far.folder.path + "/x").code == 3)
        #expect(!FileManager.default.fileExists(atPath: far.folder.path + "/x"))
    }

    @Test("A store is compacted: what has expired is gone, what lives goes on")
    func compacting() throws {
        let gate = try Gate()
        #expect(try gate.run("store", "compact").code == 3)
        let living = try issue(gate, "alice")
        for words in [[], ["--rewrite"]] {
            let run = try CommandRun(
                ["store", "compact", "--config", gate.configuration] + words, environment: gate.environment)
            #expect(run.code == 0, "\(run.errors)")
            #expect(try members(run.output)["removed"] as? Int == 0)
            #expect(try verdict(gate, living.access) == "ok")
        }
        let redis = try RedisServer()
        #expect(try Gate(store: redis.url).run("store", "compact").output == "{\"removed\":0}\n")
    }
}
