import Foundation
import HTTPWire
import Testing

/// A short fuzz run of which each step can be repeated: messages of the corpus with bytes changed, cut and doubled.
/// Nothing may trap, and what goes through must read the same to a strict upstream.
@Suite("Mutated messages")
struct MutationTests {
    @Test(
        "No mutation of a corpus message traps or goes through with two readings", arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(_ seed: UInt64) throws {
        var generator = RepeatableGenerator(seed: seed)
        let rows = try CorpusRow.load(CorpusRow.packageRoot.appending(path: "Tests/Corpus/http1_messages.jsonl"))
            .filter { $0.raw.count < 2000 }
        for _ in 0..<1500 {
            guard let row = rows.randomElement(using: &generator) else { return }
            let input = mutated(row.raw, &generator)
            let result = ModelProxy().run(input)
            for message in result.forwarded {
                #expect(StrictUpstream.flaw(of: message) == nil, "\(row.id): \(input)")
            }
            _ = ParsedResponse(input)
            checkEarlyRefusal(input, Int.random(in: 0...input.count, using: &generator))
        }
    }

    /// A prefix is never refused for a reason that the whole does not have, unless by a limit.
    private func checkEarlyRefusal(_ input: [UInt8], _ length: Int) {
        let whole = ParsedRequest(input).outcome
        let prefix = ParsedRequest([UInt8](input[..<length])).outcome
        switch (prefix, whole) {
        case (.refused, .refused), (.needMore, _): break
        default: #expect(prefix == whole, "\(length) of \(input)")
        }
    }

    private func mutated(_ raw: [UInt8], _ generator: inout RepeatableGenerator) -> [UInt8] {
        let interesting: [UInt8] = [
            0, 9, 10, 11, 13, 32, 0x22, 0x23, 0x25, 0x2c, 0x2e, 0x2f, 0x30, 0x3a, 0x3b, 0x3d, 0x5c, 0x5f, 0x7f, 0x80,
            0xff,
        ]
        var bytes = raw
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            let byte = interesting.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] = byte
            case 1: bytes.insert(byte, at: index)
            case 2: bytes.remove(at: index)
            case 3: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 4:
                let end = min(bytes.count, index + Int.random(in: 1...20, using: &generator))
                bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...20, using: &generator)))
            }
        }
        return bytes
    }
}
