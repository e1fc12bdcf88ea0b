import Foundation
import Testing

@Suite("The audit log of commands", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct OperatorAuditTests {
    @Test("What an operator issues, revokes and ends is in the audit file, without a token")
    func events() throws {
        let gate = try Gate(logging: "{access: access.jsonl, audit: audit.jsonl}")
        let session = try members(
            try gate.run("session", "issue", "--data", #"{"sub":"alice"}"#, "--client-address", "192.0.2.7").output)
        let sid = try #require(session["sid"] as? String)
        let access = try #require(session["access_token"] as? String)
        #expect(try gate.run("token", "revoke", input: access).code == 0)
        #expect(try gate.run("token", "revoke", input: access).code == 1)
        #expect(try gate.run("session", "end", sid).code == 0)
        #expect(try gate.run("session", "end", sid).code == 1)

        let text = try String(contentsOfFile: gate.folder.path + "/audit.jsonl", encoding: .utf8)
        let lines = try text.split(separator: "\n").map { try members(String($0)) }
        #expect(lines.map { $0["event"] as? String } == ["session.issued", "token.revoked", "session.ended"])
        #expect(lines.allSatisfy { $0["sid"] as? String == sid && $0["sub"] as? String == "alice" })
        #expect(lines[0]["client_address"] as? String == "192.0.2.7")
        #expect(lines[2]["reason"] as? String == "operator")
        #expect(!text.contains("eyJ"))
        #expect(!FileManager.default.fileExists(atPath: gate.folder.path + "/access.jsonl"))
    }

    @Test("An audit file that cannot be written to is told of, and what was asked for is done")
    func unwritable() throws {
        let gate = try Gate(logging: "{audit: /proc/nowhere/audit.jsonl}")
        let run = try gate.run("session", "issue", "--data", #"{"sub":"alice"}"#)
        #expect(run.code == 0)
        #expect(run.lines.count == 1)
        #expect(run.errors == "sallyport: cannot open the log /proc/nowhere/audit.jsonl: No such file or directory\n")
    }
}
