import HTTPWire
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "An address has one value and one text, however it is spelled",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::ffff:192.0.2.7", "192.0.2.7"), ("::FFFF:c000:207", "192.0.2.7"), ("::", "::"), ("::1", "::1"),
            ("1::", "1::"),
            ("0:0:0:0:0:0:0:1", "::1"), ("2001:DB8::1", "2001:db8::1"),
            ("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("::1.2.3.4", "::102:304"),
            ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("fe80::1", "fe80::1"),
        ])
    func spelling(_ text: String, _ canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
        #expect(IPAddress(canonical) == IPAddress(text))
    }

    @Test(
        "What is no address is refused",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3", "1.2.3.4 ",
            "0x1.2.3.4",
            "1..2.3", "1.2.3.1000", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::12345", "::g",
            "fe80::1%eth0",
            "[::1]", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:5", "1:", ":1", "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "localhost",
        ])
    func refuses(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "A port may follow, IPv6 in brackets then",
        arguments: [
            ("192.0.2.7:80", "192.0.2.7", 80), ("[2001:db8::1]:65535", "2001:db8::1", 65535), ("[::1]", "::1", nil),
            ("::1", "::1", nil), ("192.0.2.7", "192.0.2.7", nil), ("::1:80", "::1:80", nil),
        ] as [(String, String, UInt16?)])
    func withPort(_ text: String, _ address: String, _ port: UInt16?) {
        let parsed = withBytes(text) { bytes, _ in IPAddress.parse(withPort: bytes) }
        #expect(parsed?.address == IPAddress(address))
        #expect(parsed?.port == port)
    }

    @Test(
        "A port that is none is refused",
        arguments: [
            "192.0.2.7:", "192.0.2.7:x", "192.0.2.7:65536", "192.0.2.7:123456", "[::1", "[::1]:", "[1.2.3.4]:80",
            "[::1]x", "a:80", "",
        ])
    func refusesPort(_ text: String) {
        #expect(withBytes(text) { bytes, _ in IPAddress.parse(withPort: bytes) } == nil)
    }

    @Test(
        "A prefix holds an address or does not",
        arguments: [
            ("10.1.2.3", "10.0.0.0", 96 + 8, true), ("11.1.2.3", "10.0.0.0", 96 + 8, false),
            ("10.1.2.3", "10.1.2.3", 128, true),
            ("10.1.2.2", "10.1.2.3", 128, false), ("::ffff:10.0.0.1", "10.0.0.0", 104, true),
            ("2001:db8::1", "2001:db8::", 32, true),
            ("2001:db9::1", "2001:db8::", 32, false), ("2001:db8:0:1::", "2001:db8::", 64, false),
            ("::1", "8000::", 0, true),
            ("7fff::", "8000::", 1, false), ("2001:db8::8000:0:0:0", "2001:db8::", 65, false),
        ])
    func containment(_ address: String, _ network: String, _ length: Int, _ isContained: Bool) throws {
        let address = try #require(IPAddress(address))
        let network = try #require(IPAddress(network))
        #expect(address.isContained(in: network, prefixLength: length) == isContained)
        #expect((address.masked(to: length) == network.masked(to: length)) == isContained)
    }

    @Test("The sixteen bytes lead back to the address")
    func bytes() throws {
        let address = try #require(IPAddress("2001:db8::1234"))
        let bytes = address.networkBytes
        #expect(bytes == [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34])
        // A span of UInt8 has no padding.
        #expect(unsafe IPAddress(networkBytes: bytes.span.bytes) == address)
        #expect(IPAddress(v4: 0xc000_0207) == IPAddress("192.0.2.7"))
        #expect(IPAddress(v4: 0x7f00_0001).isLoopback && IPAddress("::1")?.isLoopback == true && !address.isLoopback)
    }
}
