import HTTPWire
import Testing

@Suite("Output buffers")
struct OutputBufferTests {
    @Test("Everything appended comes out in order, past every growth")
    func appends() {
        let buffer = OutputBuffer(capacity: 16)
        var expected: [UInt8] = []
        for round in 0..<500 {
            buffer.append("literal ")
            buffer.append("text \(round)")
            buffer.append([UInt8](repeating: UInt8(truncatingIfNeeded: round), count: round % 50))
            buffer.append(byte: 0x21)
            expected += latin("literal text \(round)")
            expected += [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: round % 50) + [0x21]
        }
        #expect(buffer.count == expected.count)
        #expect(unsafe buffer.withUnsafeBytes { unsafe [UInt8]($0) } == expected)
    }

    @Test("Consumed bytes are gone, and what follows stays", arguments: [1, 7, 64])
    func consumes(_ step: Int) {
        let buffer = OutputBuffer(capacity: 32)
        var sent: [UInt8] = []
        var appended: [UInt8] = []
        for round in 0..<300 {
            let piece = latin("piece \(round);")
            buffer.append(piece)
            appended += piece
            let taken = min(step, buffer.count)
            sent += unsafe buffer.withUnsafeBytes { unsafe [UInt8]($0[..<taken]) }
            buffer.consume(first: step)
        }
        sent += unsafe buffer.withUnsafeBytes { unsafe [UInt8]($0) }
        #expect(sent == appended)
        buffer.consume(first: .max)
        #expect(buffer.isEmpty && buffer.string == "")
        buffer.consume(first: -1)
        buffer.append("again")
        #expect(buffer.string == "again")
    }

    @Test("What was appended last can be taken back, what was consumed cannot")
    func truncates() {
        let buffer = OutputBuffer(capacity: 16)
        buffer.append("abcdef")
        buffer.consume(first: 2)
        buffer.truncate(to: 3)
        #expect(buffer.string == "cde")
        buffer.truncate(to: 10)
        #expect(buffer.string == "cde")
        buffer.truncate(to: -1)
        #expect(buffer.isEmpty)
    }

    @Test(
        "Numbers are written as their text",
        arguments: [0, 1, 9, 10, 99, 100, 12_345, Int.max, -1, -10, Int.min])
    func decimal(_ number: Int) {
        #expect(written { $0.append(decimal: number) } == String(number))
        #expect(
            written { $0.append(hex: UInt64(bitPattern: Int64(number))) }
                == String(UInt64(bitPattern: Int64(number)), radix: 16))
    }

    @Test(
        "Any bytes become one valid JSON string",
        arguments: [
            ("abc", "\"abc\""), ("a\"b\\c/", "\"a\\\"b\\\\c/\""),
            ("\n\r\t\u{0}\u{1f}\u{7f}", "\"\\n\\r\\t\\u0000\\u001f\\u007f\""),
            ("\u{c3}\u{a9}", "\"\u{e9}\""), ("\u{c3}", "\"\\ufffd\""), ("\u{c3}x", "\"\\ufffdx\""),
            ("\u{ff}\u{80}", "\"\\ufffd\\ufffd\""),
            ("\u{e2}\u{82}\u{ac}", "\"\u{20ac}\""), ("\u{e2}\u{82}", "\"\\ufffd\\ufffd\""),
            ("\u{f0}\u{9f}\u{98}\u{80}", "\"\u{1f600}\""),
            ("\u{c0}\u{ae}", "\"\\ufffd\\ufffd\""), ("\u{ed}\u{a0}\u{80}", "\"\\ufffd\\ufffd\\ufffd\""),
            ("\u{f5}\u{80}\u{80}\u{80}", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""),
            ("\u{e0}\u{80}\u{80}", "\"\\ufffd\\ufffd\\ufffd\""), ("", "\"\""),
        ])
    func json(_ text: String, _ expected: String) {
        let bytes = latin(text)
        // A span of UInt8 has no padding.
        #expect(written { unsafe $0.append(jsonString: bytes.span.bytes) } == expected)
    }

    @Test(
        "Each byte is escaped the same wherever it stands among others", arguments: [UInt8]([0x20, 0x21, 0x61, 0x7e]))
    func jsonPlaces(_ filler: UInt8) {
        for byte in UInt8.min...UInt8.max {
            let alone = written { unsafe $0.append(jsonString: [byte].span.bytes) }.dropFirst().dropLast()
            for place in 0..<20 {
                var bytes = [UInt8](repeating: filler, count: 20)
                bytes[place] = byte
                let before = String(repeating: Character(UnicodeScalar(filler)), count: place)
                let after = String(repeating: Character(UnicodeScalar(filler)), count: 19 - place)
                #expect(
                    written { unsafe $0.append(jsonString: bytes.span.bytes) } == "\"\(before)\(alone)\(after)\"")
            }
        }
    }

    @Test("Numbers beside each power of ten are written as their text")
    func powersOfTen() {
        var power = 1
        for _ in 0..<19 {
            for number in [power - 1, power, power + 1] {
                #expect(written { $0.append(decimal: number) } == String(number))
            }
            power = power &* 10
        }
    }

    @Test("Text becomes a JSON string as its UTF-8 does")
    func jsonText() {
        #expect(written { $0.append(jsonString: "a\"\u{e9}\u{1f600}\n") } == "\"a\\\"\u{e9}\u{1f600}\\n\"")
    }
}
