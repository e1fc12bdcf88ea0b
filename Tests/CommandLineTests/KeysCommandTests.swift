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

    @Test(
        "A key pair of each algorithm is PEM or a web key, signs by a configuration, and its public half verifies",
        arguments: ["RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"], [[], ["--jwk"]])
    func pairs(_ algorithm: String, _ form: [String]) throws {
        let gate = try Gate(tokens: "{keys: [{kid: one, key: {file: pair}, algorithm: \(algorithm)}]}")
        let words = ["keys", "generate", "--algorithm", algorithm, "--output", gate.folder.path + "/pair"] + form
        let kid = form.isEmpty ? [] : ["--kid", "one"]
        #expect(try CommandRun(words + kid).code == 0)
        let token = try gate.token()
        let exports = [["--config", gate.configuration], ["--config", gate.configuration, "--pem"]]
        for (number, words) in exports.enumerated() {
            let run = try CommandRun(["keys", "export"] + words, environment: gate.environment)
            #expect(run.code == 0 && !run.output.contains("PRIVATE") && !run.output.contains("\"d\""))
            let file = try gate.folder.write("public-\(number)", run.output)
            let judged = try CommandRun("token", "verify", "--stdin", "--keys", file, input: token + "\n")
            #expect(try members(judged.output)["valid"] as? Bool == true, "\(judged.output)")
        }
        #expect(try CommandRun("keys", "export", "--keys", gate.folder.path + "/pair").code == 0)
    }

    @Test("A secret is never exported")
    func secretExport() throws {
        let gate = try Gate()
        let run = try CommandRun("keys", "export", "--config", gate.configuration, environment: gate.environment)
        #expect(run.code == 1)
        #expect(run.output == "")
        #expect(run.errors == "sallyport: there is no public key: secrets are not given away\n")
    }

    @Test("A rotation replaces the key file in one step, keeps the old key to verify with, and keeps the mode")
    func rotation() throws {
        let gate = try Gate(tokens: "{keys: {file: keys.json}}")
        let file = gate.folder.path + "/keys.json"
        #expect(try CommandRun("keys", "generate", "--set", "--algorithm", "ES256", "--output", file).code == 0)
        let old = try gate.token()
        let run = try gate.run("keys", "rotate", "--kid", "two")
        #expect(run.output == #"{"kid":"two","state":"active"}"# + "\n", "\(run.errors)")
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: gate.folder.path).sorted().contains("keys.json"))
        #expect(!FileManager.default.fileExists(atPath: file + ".new"))
        let new = try gate.token()
        for token in [old, new] {
            let judged = try gate.run(
                "token", "verify", "--stdin", "--client-address", "127.0.0.1", input: token + "\n")
            #expect(try members(judged.output)["valid"] as? Bool == true, "\(judged.output) \(judged.errors)")
        }
        #expect(try gate.run("keys", "rotate", "--prepare", "--algorithm", "HS512").output.contains(#""state":"next""#))
        let twice = try gate.run("keys", "rotate", "--prepare")
        #expect(twice.code == 1 && twice.errors.contains("has been prepared already"), "\(twice.errors)")
        #expect(!FileManager.default.fileExists(atPath: file + ".new"))
    }

    @Test("Two rotations at once are one after the other, or one is refused: the file is never lost")
    func lock() throws {
        let gate = try Gate(tokens: "{keys: {file: keys.json}}")
        let file = gate.folder.path + "/keys.json"
        #expect(try CommandRun("keys", "generate", "--set", "--output", file).code == 0)
        let content = try Data(contentsOf: URL(filePath: file))
        _ = try gate.folder.write("keys.json.new", "")
        let run = try gate.run("keys", "rotate")
        #expect(run.code == 1 && run.errors.contains("another command is changing the file"), "\(run.errors)")
        #expect(try Data(contentsOf: URL(filePath: file)) == content)
        #expect(try Gate().run("keys", "rotate").errors.contains("tokens.keys names no file"))
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
