import Foundation
import Testing
import Tokens

/// Holds the judge of tokens to a corpus of hostile ones.
@Suite("Corpus of hostile tokens")
struct JWTCorpusTests {
    /// One row.
    struct Row {
        var id: String
        var level: String
        var key: String?
        var token: String
        var isAccepted: Bool
        var strength: String
        var jwk: JSONValue?

        init(_ line: [UInt8]) throws {
            let object = try #require(try JSONParser.parse(line.span).object)
            id = try #require(object["id"]?.string)
            level = try #require(object["level"]?.string)
            key = object["key"]?.string
            token = try #require(object["token"]?.string)
            isAccepted = object["expectation"] == "accept"
            strength = try #require(object["strength"]?.string)
            jwk = object["jwk"]
        }
    }

    /// Rows that are judged the other way than the corpus proposes, each of strength `policy`, with the reason.
    private static let decidedOtherwise = [
        // RFC 7519 §2 allows it; a date before 1970 is more likely a sign error than a date.
        "own/ok-iatneg",
        // The subject is opaque to us (RFC 7519 §4.1.2); what it may be in a header field is the mapping's to say.
        "own/pl-commasub", "own/pl-spacesub",
    ]

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("Each token of our own corpus is judged as its row demands")
    func ownVectors() throws {
        #expect(try judge(Self.root.appending(path: "Tests/Corpus/jwt_vectors.jsonl")) > 290)
    }

    @Test("Each token of the public corpus is judged as its row demands")
    func publicVectors() throws {
        let folder =
            ProcessInfo.processInfo.environment["SALLYPORT_CORPUS"].map { URL(filePath: $0) }
            ?? Self.root.appending(path: "../shared/corpus")
        let file = folder.appending(path: "public/jwt_vectors.jsonl")
        guard FileManager.default.fileExists(atPath: file.path) else {
            print("TokensTests: ran WITHOUT the public corpus of tokens (\(folder.path) is not there)")
            return
        }
        #expect(try judge(file) > 250)
    }

    /// Judges each row of a file and returns how many there were.
    private func judge(_ file: URL) throws -> Int {
        let trusted = try TokenKeys(
            file: [UInt8](Data(contentsOf: Self.root.appending(path: "Tests/Corpus/jwt_keys/jwks_trusted.json"))))
        let rows = try Data(contentsOf: file).split(separator: 0x0a).map { try Row([UInt8]($0)) }
        for row in rows where !Self.decidedOtherwise.contains(row.id) {
            let verdict = try verdict(on: row, trusted)
            #expect(verdict == row.isAccepted, "\(row.strength) \(row.id) was judged \(verdict)")
        }
        return rows.count
    }

    private func verdict(on row: Row, _ trusted: TokenKeys) throws -> Bool {
        let keys: TokenKeys
        if let jwk = row.jwk {
            do throws(TokenKeyError) {
                keys = try TokenKeys(json: JSONWriter.bytes(jwk))
            } catch {
                return false
            }
        } else {
            keys = trusted
        }
        let clock = ManualClock(1_790_000_000).wallClock
        let demands =
            row.level == "jwt"
            ? TokenDemands(issuer: "https://issuer.test", audience: "api://filter", leewaySeconds: 60, clock: clock)
            : TokenDemands(clock: clock, signatureOnly: true)
        return TokenJudge(keys: keys, demands: demands).judge(row.token).isValid
    }
}
