import HTTPWire
import Testing

@Suite("Headers of the PROXY protocol")
struct ProxyHeaderTests {
    private enum Result: Equatable {
        case source(ProxyHeader.Source, length: Int)
        case needMore
        case refused(ProxyHeaderError)
    }

    private func parse(_ bytes: [UInt8]) -> Result {
        do throws(ProxyHeaderError) {
            // A span of UInt8 has no padding.
            switch try unsafe ProxyHeader.parse(bytes.span.bytes) {
            case .needMore: return .needMore
            case .complete(let header): return .source(header.source, length: header.length)
            }
        } catch {
            return .refused(error)
        }
    }

    private func parse(_ text: String) -> Result { parse([UInt8](text.utf8)) }

    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
    private static let four: [UInt8] = [192, 0, 2, 1, 127, 0, 0, 1, 0x12, 0x34, 0, 80]

    /// A header of version 2.
    private func binary(_ command: UInt8, _ family: UInt8, _ rest: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? rest.count
        return Self.signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + rest
    }

    @Test(
        "A line names the client",
        arguments: [
            ("PROXY TCP4 192.0.2.1 127.0.0.1 65535 0\r\n", "192.0.2.1"),
            ("PROXY TCP6 2001:db8::1 ::1 4711 443\r\n", "2001:db8::1"),
            ("PROXY TCP6 ::ffff:192.0.2.1 ::1 4711 443\r\n", "192.0.2.1"),
        ])
    func line(_ text: String, _ address: String) throws {
        let source = try #require(IPAddress(address))
        #expect(parse(text + "GET / HTTP/1.1\r\n") == .source(.address(source), length: text.utf8.count))
    }

    @Test(
        "A balancer that knows nothing of the client says so",
        arguments: ["PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff:f ::1 any thing\r\n"])
    func unknown(_ text: String) { #expect(parse(text) == .source(.peer, length: text.utf8.count)) }

    @Test(
        "A line that is not exactly as it has to be is refused",
        arguments: [
            ("GET / HTTP/1.1\r\n", ProxyHeaderError.notPresent), ("PUT /", .notPresent), ("proxy TCP4", .notPresent),
            ("\r\nPROXY", .notPresent), (" PROXY", .notPresent), ("PROXY\tTCP4", .notPresent),
            ("PROXY TCP4 192.0.2.1 127.0.0.1 1 2\n", .malformed), ("PROXY TCP4 192.0.2.1 127.0.0.1 1\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 127.0.0.1 1 2 3\r\n", .malformed),
            ("PROXY TCP4  192.0.2.1 127.0.0.1 1 2\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 127.0.0.1 1 2 \r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 127.0.0.1 1 65536\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 127.0.0.1 01 2\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 127.0.0.1 -1 2\r\n", .malformed),
            ("PROXY TCP4 192.0.2.01 127.0.0.1 1 2\r\n", .malformed), ("PROXY TCP4 ::1 127.0.0.1 1 2\r\n", .malformed),
            ("PROXY TCP6 192.0.2.1 ::1 1 2\r\n", .malformed), ("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", .malformed),
            ("PROXY TCP4 192.0.2.1 x 1 2\r\n", .malformed), ("PROXY UDP4 192.0.2.1 127.0.0.1 1 2\r\n", .unsupported),
            ("PROXY \r\n", .malformed), ("PROXY \n", .malformed), ("PROXY unknown\r\n", .malformed),
            ("PROXY UNKNOWNS\r\n", .malformed),
        ])
    func refusedLine(_ text: String, _ error: ProxyHeaderError) { #expect(parse(text) == .refused(error)) }

    @Test("A line ends within 107 bytes")
    func longest() {
        let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n"
        #expect(longest.utf8.count == 107 && parse(longest) == .source(.peer, length: 107))
        #expect(parse(String(longest.dropLast())) == .needMore)
        #expect(parse("PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n") == .refused(.tooLong))
        #expect(parse(String(repeating: "PROXY ", count: 30)) == .refused(.tooLong))
    }

    @Test("Version 2 names clients of each kind")
    func addresses() throws {
        let ip = try #require(IPAddress("192.0.2.1"))
        #expect(parse(binary(0x21, 0x11, Self.four) + [0x16, 3, 1]) == .source(.address(ip), length: 28))
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]
        let six = mapped + [UInt8](repeating: 0, count: 15) + [1, 0, 1, 0, 2]
        #expect(parse(binary(0x21, 0x21, six)) == .source(.address(ip), length: 52))
        #expect(parse(binary(0x21, 0x31, [UInt8](repeating: 0x61, count: 216))) == .source(.unixSocket, length: 232))
        #expect(parse(binary(0x21, 0x00, [])) == .source(.peer, length: 16))
        #expect(parse(binary(0x20, 0x00, [])) == .source(.peer, length: 16))
        #expect(parse(binary(0x20, 0x11, Self.four)) == .source(.peer, length: 28))
    }

    @Test(
        "Version 2 with what is not known is refused",
        arguments: [
            (UInt8(0x11), UInt8(0x11)), (0x31, 0x11), (0x22, 0x11), (0x2f, 0x11), (0x21, 0x12), (0x21, 0x22),
            (0x21, 0x10),
            (0x21, 0x01), (0x21, 0x41), (0x21, 0xff), (0x20, 0x42),
        ])
    func unsupported(_ command: UInt8, _ family: UInt8) {
        #expect(parse(binary(command, family, Self.four)) == .refused(.unsupported))
    }

    @Test("Addresses that are too short, and a header that is too long, are refused before they have come")
    func lengths() {
        #expect(parse(binary(0x21, 0x11, [UInt8](repeating: 1, count: 11))) == .refused(.malformed))
        #expect(parse(binary(0x21, 0x21, [UInt8](repeating: 0, count: 35))) == .refused(.malformed))
        #expect(parse(binary(0x21, 0x31, [UInt8](repeating: 0, count: 215))) == .refused(.malformed))
        #expect(parse(binary(0x21, 0x11, [], length: 2049)) == .refused(.tooLong))
        #expect(parse(binary(0x21, 0x11, [], length: 65535)) == .refused(.tooLong))
        #expect(parse(binary(0x21, 0x11, Self.four, length: 2048)) == .needMore)
    }

    @Test("Extensions fill the header exactly")
    func extensions() throws {
        let source = Result.source(.address(try #require(IPAddress("192.0.2.1"))), length: 28 + 8)
        #expect(parse(binary(0x21, 0x11, Self.four + [0x04, 0, 5, 1, 2, 3, 4, 5])) == source)
        #expect(parse(binary(0x21, 0x11, Self.four + [0x04, 0, 6, 1, 2, 3, 4, 5])) == .refused(.malformed))
        #expect(parse(binary(0x21, 0x11, Self.four + [0x04, 0, 4, 1, 2, 3, 4, 5])) == .refused(.malformed))
        #expect(parse(binary(0x21, 0x11, Self.four + [0x04, 0])) == .refused(.malformed))
    }

    @Test("A checksum has to be right")
    func checksum() throws {
        func header(_ crc: [UInt8], _ more: [UInt8] = []) -> [UInt8] {
            binary(0x21, 0x11, Self.four + [0x03, 0, 4] + crc + more)
        }
        // Computed bit by bit, by the polynomial as it is written in RFC 3309.
        var register: UInt32 = ~0
        for byte in header([0, 0, 0, 0]) {
            for bit in 0..<8 {
                let isSet = (register ^ UInt32(byte) >> UInt32(bit)) & 1 == 1
                register = isSet ? register >> 1 ^ 0x82f6_3b78 : register >> 1
            }
        }
        let right = (0..<4).map { UInt8(truncatingIfNeeded: ~register >> UInt32(24 - $0 * 8)) }
        #expect(parse(header(right)) == .source(.address(try #require(IPAddress("192.0.2.1"))), length: 35))
        for index in 0..<4 {
            var wrong = right
            wrong[index] ^= 1
            #expect(parse(header(wrong)) == .refused(.checksum))
        }
        #expect(parse(header(right, [0x03, 0, 4] + right)) == .refused(.malformed))
        #expect(parse(binary(0x21, 0x11, Self.four + [0x03, 0, 3, 1, 2, 3])) == .refused(.malformed))
    }

    @Test("Whatever has come of a header, the rest is waited for")
    func split() {
        let headers = [
            [UInt8]("PROXY TCP4 192.0.2.1 127.0.0.1 65535 0\r\n".utf8),
            binary(0x21, 0x11, Self.four + [0x04, 0, 1, 9]),
        ]
        for header in headers {
            for count in 0..<header.count { #expect(parse(Array(header[..<count])) == .needMore) }
        }
    }
}
