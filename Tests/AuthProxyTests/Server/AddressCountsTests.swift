import HTTPWire
import Testing

@testable import AuthProxy

@Suite("Connections by address")
struct AddressCountsTests {
    private static func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    @Test("Rows 15 and 30: Both spellings of an IPv4 address are one, and so is the first half of an IPv6 address")
    func keys() throws {
        let counts = AddressCounts()
        #expect(counts.add(try Self.address("192.0.2.1")) == 1)
        #expect(counts.add(try Self.address("::ffff:192.0.2.1")) == 2)
        #expect(counts.add(try Self.address("192.0.2.2")) == 1)
        #expect(counts.add(try Self.address("2001:db8::1")) == 1)
        #expect(counts.add(try Self.address("2001:db8::ffff:2")) == 2)
        #expect(counts.add(try Self.address("2001:db8:0:1::1")) == 1)
    }

    @Test("What was counted in under one of them is counted out under another")
    func out() throws {
        let counts = AddressCounts()
        _ = counts.add(try Self.address("2001:db8::1"))
        _ = counts.add(try Self.address("2001:db8::2"))
        counts.remove(try Self.address("2001:db8::3"))
        #expect(counts.add(try Self.address("2001:db8::4")) == 2)
        for _ in 0..<3 { counts.remove(try Self.address("2001:db8::5")) }
        #expect(counts.add(try Self.address("2001:db8::6")) == 1)
    }
}
