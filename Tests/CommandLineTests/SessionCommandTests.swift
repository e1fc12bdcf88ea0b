import Foundation
import Testing

@Suite("sallyport session", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct SessionCommandTests {
    @Test("A session is issued with both tokens, listed, and ended with all its tokens")
    func life() throws {
        let gate = try Gate()
        let issued = try gate.run(
            "session", "issue", "--data", #"{"sub":"alice","roles":["admin"]}"#, "--expires-in", "700",
            "--client-address",
            "192.0.2.7", "--user-agent", "check")
        #expect(issued.code == 0)
        let session = try members(issued.output)
        #expect(session.keys.sorted() == ["access_token", "refresh_token", "sid"])
        let sid = try #require(session["sid"] as? String)
        let access = try #require(session["access_token"] as? String)
        let refresh = try #require(session["refresh_token"] as? String)
        let claims = try #require(
            try members(try gate.run("token", "verify", input: access).output)["claims"] as? [String: Any])
        #expect((claims["exp"] as? Int ?? 0) - (claims["iat"] as? Int ?? 0) == 700)
        #expect(try gate.run("token", "verify", "--type", "refresh", input: refresh).code == 0)

        let listed = try gate.run("session", "list", "alice")
        let line = try members(listed.output)
        #expect(listed.lines.count == 1)
        #expect(line["sid"] as? String == sid)
        #expect(line["client_address"] as? String == "192.0.2.7")
        #expect(line["user_agent"] as? String == "check")
        #expect(try gate.run("session", "list", "bob").output == "")

        #expect(try gate.run("session", "end", sid).output == "{\"ended\":1}\n")
        for token in [access, refresh] {
            let run = try gate.run("token", "verify", input: token)
            #expect(try members(run.output)["code"] as? String == "token_revoked")
        }
        #expect(try gate.run("session", "end", sid).code == 1)
    }

    @Test("All sessions of a user end at once, and nobody else's")
    func everywhere() throws {
        let gate = try Gate()
        for user in ["alice", "alice", "bob"] {
            #expect(try gate.run("session", "issue", "--data", #"{"sub":"\#(user)"}"#).code == 0)
        }
        let run = try gate.run("session", "end", "--all-of", "alice")
        #expect(run.code == 0)
        #expect(run.output == "{\"ended\":2}\n")
        #expect(try gate.run("session", "list", "bob").lines.count == 1)
        #expect(try gate.run("session", "end", "--all-of", "alice").code == 1)
    }

    @Test("A list says when a session is over for good, and the limit ends the oldest with an audit event")
    func limits() throws {
        let gate = try Gate(
            tokens: "{session_absolute_seconds: 3600, session_idle_seconds: 900, max_sessions_per_user: 2}",
            logging: "{audit: audit.log}")
        for _ in 0..<3 { #expect(try gate.run("session", "issue", "--data", #"{"sub":"alice"}"#).code == 0) }
        let lines = try gate.run("session", "list", "alice").lines.map(members)
        #expect(lines.count == 2)
        for line in lines {
            let created = try #require(line["created_at"] as? Int)
            #expect(line["ends_at"] as? Int == created + 3600)
            #expect(line["expires_at"] as? Int == created + 900)
        }
        let audit = try String(contentsOfFile: gate.folder.path + "/audit.log", encoding: .utf8)
        #expect(audit.components(separatedBy: #""reason":"limit""#).count == 2, "\(audit)")
        let plain = try Gate()
        #expect(try plain.run("session", "issue", "--data", #"{"sub":"alice"}"#).code == 0)
        #expect(try members(try plain.run("session", "list", "alice").output)["ends_at"] is NSNull)
    }
}
