import Foundation
import Testing

@Suite("sallyport keys", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct KeysCommandTests {
    @Test(
        "A secret is one line, new each time, and long enough to sign with",
        arguments: [("HS256", 43), ("HS384", 64), ("HS512", 86)])
    func secret(_ algorithm: String, _ length: Int) throws {
        let first = try CommandRun("keys", "generate", "--algorithm", algorithm)
        #expect(first.code == 0)
        #expect(first.lines.map(\.count) == [length])
        #expect(try CommandRun("keys", "generate", "--algorithm", algorithm).output != first.output)
        let gate = try Gate(tokens: "{algorithm: \(algorithm)}")
        let run = try CommandRun(
            "token", "issue", "--config", gate.configuration, "--data", "{}",
            environment: ["JWT_SECRET_KEY": first.lines[0]])
        #expect(run.code == 0)
    }

    @Test("A file is made for its owner only, and one that exists is never touched")
    func file() throws {
        let folder = try TestFolder()
        let path = folder.path + "/jwt.key"
        let made = try CommandRun("keys", "generate", "--output", path)
        #expect(made.code == 0)
        #expect(made.output == "")
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let content = try String(contentsOfFile: path, encoding: .utf8)
        #expect(content.count == 44)

        let again = try CommandRun("keys", "generate", "--output", path)
        #expect(again.code == 1)
        #expect(again.errors == "sallyport: cannot create \(path): File exists\n")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
    }

    @Test("A web key verifies with --keys what was signed with its secret, and nothing else")
    func webKey() throws {
        let (path, secret) = try makeWebKey()
        let gate = try Gate(tokens: "{keys: [{kid: one, secret: {file: raw.key}}]}")
        try secret.write(to: URL(filePath: gate.folder.path + "/raw.key"))
        let signed = try CommandRun(
            "token", "verify", "--stdin", "--keys", path.file, input: try gate.token() + "\n")
        #expect(try members(signed.output)["valid"] as? Bool == true)
        let other = try CommandRun(
            "token", "verify", "--stdin", "--keys", path.file, input: try Gate().token() + "\n")
        #expect(try members(other.output)["code"] as? String == "token_signature")
    }

    /// A web key and its secret. One that ends like a line would lose its end when it is read from a file, so another
    /// is made then.
    private func makeWebKey() throws -> (path: (folder: TestFolder, file: String), secret: Data) {
        let folder = try TestFolder()
        var attempt = 0
        while true {
            attempt += 1
            let path = folder.path + "/key-\(attempt).json"
            #expect(try CommandRun("keys", "generate", "--jwk", "--kid", "one", "--output", path).code == 0)
            let key = try members(String(contentsOfFile: path, encoding: .utf8))
            #expect(key["kty"] as? String == "oct")
            #expect(key["alg"] as? String == "HS256")
            #expect(key["kid"] as? String == "one")
            let text = try #require(key["k"] as? String).replacing("-", with: "+").replacing("_", with: "/")
            let secret = try #require(Data(base64Encoded: text + "="))
            #expect(secret.count == 32)
            if secret.last != 10, secret.last != 13 { return ((folder, path), secret) }
        }
    }
}
