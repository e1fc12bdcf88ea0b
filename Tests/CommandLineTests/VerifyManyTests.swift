import Foundation
import Testing

@Suite("sallyport token verify --stdin", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct VerifyManyTests {
    private let environment = ["SECRET": Gate.secret]

    @Test("Each line gets one answer in its order, and the exit code is 0")
    func order() throws {
        let token = try Gate().token()
        var bytes = Array("\(token)\n\nnot a token\n".utf8)
        bytes += [0xff, 0xfe, 0x0a]
        bytes += Array("\(token)x\n".utf8) + Array(repeating: UInt8(ascii: "a"), count: 3 << 20) + [0x0a]
        bytes += Array(token.utf8)
        let run = try CommandRun(
            ["token", "verify", "--stdin", "--secret-env", "SECRET"], environment: environment, input: bytes)
        #expect(run.code == 0)
        let answers = try run.lines.map(members)
        #expect(
            answers.map { $0["code"] as? String } == [
                nil, "token_missing", "token_malformed", "token_malformed", "token_signature", "token_malformed", nil,
            ])
        #expect(answers.map { $0["valid"] as? Bool } == [true, false, false, false, false, false, true])
        #expect(answers.allSatisfy { $0["valid"] as? Bool == true || ($0["message"] as? String)?.isEmpty == false })
    }

    @Test("Ten thousand tokens are answered one by one")
    func many() throws {
        let token = try Gate().token()
        let input = String(repeating: token + "\n", count: 10_000)
        let run = try CommandRun(
            "token", "verify", "--stdin", "--secret-env", "SECRET", environment: environment, input: input)
        #expect(run.lines.count == 10_000)
        #expect(run.lines.allSatisfy { $0.hasPrefix(#"{"valid":true"#) })
    }

    @Test("A key in a file is pinned to its algorithm, and others in the set are left out")
    func keyFile() throws {
        let folder = try TestFolder()
        let key = Data(Gate.secret.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
        let token = try Gate(tokens: "{algorithm: HS384}").token()
        let rows: [(String, [String], String?)] = [
            (#"{"kty":"oct","k":"\#(key)","alg":"HS384"}"#, [], nil),
            (#"{"keys":[{"kty":"EC","crv":"P-256"},{"kty":"oct","k":"\#(key)","alg":"HS384"}]}"#, [], nil),
            (#"{"kty":"oct","k":"\#(key)","alg":"HS256"}"#, [], "token_signature"),
            (#"{"kty":"oct","k":"\#(key)"}"#, [], nil),
            (#"{"kty":"oct","k":"\#(key)"}"#, ["--algorithm", "HS256"], "token_signature"),
            (#"{"kty":"oct","k":"\#(key)"}"#, ["--algorithm", "HS384"], nil),
        ]
        for (text, words, code) in rows {
            let path = try folder.write("keys.json", text)
            let run = try CommandRun(["token", "verify", "--stdin", "--keys", path] + words, input: Array(token.utf8))
            #expect(run.code == 0)
            #expect(try members(run.output)["code"] as? String == code, "\(text) \(words)")
        }
    }

    @Test(
        "A key that is none for signatures is refused, with exit code 1 and no answer",
        arguments: [
            "", "[]", "{}", #"{"keys":{}}"#, #"{"kty":"oct"}"#, #"{"kty":"oct","k":"c2hvcnQ"}"#,
            #"{"kty":"oct","k":"a+b","alg":"HS256"}"#,
            #"{"kty":"oct","use":"enc","k":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"}"#,
            #"{"kty":"oct","key_ops":["encrypt"],"k":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"}"#,
            #"{"kty":"oct","alg":"none","k":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"}"#,
            #"{"keys":[{"kty":"RSA","n":"AA","e":"AQAB"}]}"#,
        ])
    func badKeys(_ text: String) throws {
        let folder = try TestFolder()
        let run = try CommandRun(
            "token", "verify", "--stdin", "--keys", try folder.write("keys.json", text), input: "a.b.c\n")
        #expect(run.code == 1)
        #expect(run.output == "")
        #expect(run.errors != "")
    }

    @Test("A secret that is missing or short is refused")
    func secrets() throws {
        for secret in [nil, "", "short"] {
            let run = try CommandRun(
                "token", "verify", "--stdin", "--secret-env", "SECRET",
                environment: secret.map { ["SECRET": $0] } ?? [:],
                input: "a.b.c\n")
            #expect(run.code == 1)
            #expect(run.output == "")
        }
    }

    @Test("With --signature-only an expired token is valid, and a broken signature is not")
    func signatureOnly() throws {
        let token = try Gate().token()
        let words = ["token", "verify", "--stdin", "--secret-env", "SECRET", "--now", "99999999999"]
        let input = Array("\(token)\n\(token.dropLast(2))AA\n".utf8)
        let claims = try CommandRun(words, environment: environment, input: input)
        #expect(try claims.lines.map { try members($0)["code"] as? String } == ["token_expired", "token_signature"])
        let signature = try CommandRun(words + ["--signature-only"], environment: environment, input: input)
        #expect(try signature.lines.map { try members($0)["valid"] as? Bool } == [true, false])
    }

    @Test("Leeway moves the expiry and nothing else")
    func leeway() throws {
        let token = try Gate().token("--expires-in", "100")
        let claims = try #require(
            try members(try CommandRun("token", "inspect", token).output)["claims"] as? [String: Any])
        let expiry = try #require(claims["exp"] as? Int)
        for (now, leeway, code) in [
            (expiry - 1, 0, nil), (expiry, 0, "token_expired"), (expiry + 4, 5, nil), (expiry + 5, 5, "token_expired"),
        ] as [(Int, Int, String?)] {
            let run = try CommandRun(
                "token", "verify", "--secret-env", "SECRET", "--now", "\(now)", "--leeway", "\(leeway)", token,
                environment: environment)
            #expect(try members(run.output)["code"] as? String == code)
            #expect(run.code == (code == nil ? 0 : 1))
        }
    }
}
