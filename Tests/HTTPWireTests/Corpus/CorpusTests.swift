import Foundation
import HTTPWire
import Testing

/// Holds the parsers to a corpus of hostile messages, as a judge with a strict upstream behind them would.
@Suite("Corpus of hostile HTTP/1.1 messages")
struct CorpusTests {
    @Test("Each message of our own corpus is refused or forwarded as its row demands")
    func ownMessages() throws {
        let rows = try CorpusRow.load(CorpusRow.packageRoot.appending(path: "Tests/Corpus/http1_messages.jsonl"))
        #expect(rows.count > 200)
        judge(rows)
    }

    @Test("Each message of the public corpus is refused or forwarded as its row demands")
    func publicMessages() throws {
        let file = CorpusRow.packageRoot.appending(path: "../shared/corpus/public/http1_messages.jsonl")
        guard FileManager.default.fileExists(atPath: file.path) else {
            print("HTTPWireTests: ran WITHOUT the public corpus (../shared/corpus is not there)")
            return
        }
        let rows = try CorpusRow.load(file)
        #expect(rows.count > 300)
        judge(rows)
    }

    @Test("No path of our own corpus reaches a protected prefix under another spelling")
    func ownPaths() throws {
        let rows = try CorpusRow.load(CorpusRow.packageRoot.appending(path: "Tests/Corpus/http1_paths.jsonl"))
        #expect(rows.count > 60)
        for row in rows {
            let result = ModelProxy().run(row.raw)
            for target in result.targets where !isProtected(matched(target)) {
                for reading in PathReadings.all(of: target) {
                    #expect(!isProtected(reading), "\(row.id): \(target) may be read as \(reading)")
                }
            }
        }
    }

    private func isProtected(_ path: String) -> Bool { path == "/admin" || path.hasPrefix("/admin/") }

    /// What the route is chosen by: the path without query and parameters.
    private func matched(_ target: String) -> String {
        written {
            let path = [UInt8](target.utf8.prefix { $0 != UInt8(ascii: "?") })
            // A span of UInt8 has no padding.
            unsafe CanonicalTarget.appendMatchingPath(of: path.span.bytes, to: $0)
        }
    }

    private func judge(_ rows: [CorpusRow]) {
        for row in rows {
            let result = ModelProxy().run(row.raw)
            for message in result.forwarded {
                #expect(StrictUpstream.flaw(of: message) == nil, "\(row.id)")
            }
            switch row.expectation {
            case "reject-400":
                #expect(result.forwarded.isEmpty, "\(row.id) (\(row.strength ?? "")) was forwarded")
            case "forward-normalised":
                #expect(
                    result.refusal == nil && !result.isUnfinished, "\(row.id): \(String(describing: result.refusal))")
                #expect(result.forwarded.count >= 1, "\(row.id)")
            case "any-but-one-message":
                #expect(result.forwarded.count == 2, "\(row.id)")
            default:
                #expect(row.expectation == "must-not-forward-ambiguous", "\(row.id): \(row.expectation)")
            }
        }
    }
}
