@testable import HTTPWire
import Testing

/// RFC 9113 §8.2.1: what a field of HTTP/2 may hold before it becomes a line of HTTP/1.1.
@Suite("Parts of fields")
struct FieldPartTests {
    @Test("Each byte at each place of a name, a value and a word is judged as the byte alone is", arguments: 1...19)
    func everyByteEverywhere(length: Int) {
        for place in 0..<length {
            for byte in UInt8.min...UInt8.max {
                var text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                text[place] = byte
                // The array lives on while it is lent.
                let bytes = unsafe text.span.bytes
                let isControl = byte < 0x20 || byte == 0x7f
                #expect(bytes.isFieldValue == (!isControl || byte == 0x09), "\(byte) at \(place)")
                #expect(bytes.isWord == (!isControl && byte != 0x20), "\(byte) at \(place)")
                let isCapital = 0x41...0x5a ~= byte
                let isName = byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: ":") && !isCapital
                #expect(bytes.isLowerCaseFieldName == isName, "\(byte) at \(place)")
            }
        }
    }

    @Test(
        "Two bytes that stop a scan do not hide each other",
        arguments: [0x01, 0x09, 0x20, 0x41, 0x7f, 0x80, 0xff] as [UInt8])
    func pairs(first: UInt8) {
        for second in UInt8.min...UInt8.max {
            for start in 0..<8 {
                var text = [UInt8](repeating: UInt8(ascii: "z"), count: 17)
                text[start] = first
                text[start + 1] = second
                // The array lives on while it is lent.
                let bytes = unsafe text.span.bytes
                #expect(bytes.isFieldValue == [first, second].allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 })
                #expect(bytes.isWord == [first, second].allSatisfy { $0 > 0x20 && $0 != 0x7f })
            }
        }
    }

    @Test("A line is appended as a name, a colon, a value and an end, and nothing is lost where the buffer grows")
    func line() {
        let output = OutputBuffer(capacity: 16)
        var expected = ""
        for count in 0..<40 {
            let value = String(repeating: "v", count: count)
            // Both arrays live on while they are lent.
            unsafe output.appendLine(Array("name-\(count)".utf8).span.bytes, Array(value.utf8).span.bytes)
            expected += "name-\(count): \(value)\r\n"
        }
        #expect(output.string == expected)
    }
}
