import Testing
import Tokens

struct Base64URLTests {
    @Test("Every length from 0 to 100 is encoded and decoded to the same bytes")
    func roundTrip() {
        for count in 0...100 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
            let text = Base64URL.encode(bytes.span)
            #expect(Base64URL.decode(text) == bytes)
            #expect(text.utf8.count == (count * 4 + 2) / 3)
        }
        #expect(Base64URL.encode([0xfb, 0xff, 0xfe].span) == "-__-")
    }

    @Test(
        "Other spellings are refused: padding, the other alphabet, white space, lengths and bits that no encoder writes",
        arguments: [
            "A", "AAAAA", "AA==", "AA=", "AAA=", "AAAA=", "+AAA", "/AAA", "A A", "AAA ", " AAA", "AAA\n", "AA\0A", "AB",
            "A_",
            "AAB", "AAC", "AA.A", "AAÄ", "====", "*AAA",
        ])
    func refused(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("Each byte outside the alphabet is refused at each place")
    func alphabet() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for byte in UInt8.min...UInt8.max {
            for place in 0..<7 {
                var text = [UInt8](repeating: 0x41, count: 7)
                text[place] = byte
                let isGood = alphabet.contains(byte) && (place < 6 || Base64URL.decode(text.span) != nil)
                #expect((Base64URL.decode(text.span) != nil) == isGood)
            }
        }
        #expect(Base64URL.decode("AAAAAAE") != nil)
        #expect(Base64URL.decode("AAAAAAF") == nil)
    }
}
