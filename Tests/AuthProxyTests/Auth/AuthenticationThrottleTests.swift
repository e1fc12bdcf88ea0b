import SallyportConfiguration
import HTTPWire
import Testing

@testable import AuthProxy

@Suite("Failed authentications by address")
struct AuthenticationThrottleTests {
    private static func rule(_ count: Int, seconds: Double) -> AuthenticationThrottle.Rule {
        var limits = LimitConfiguration()
        limits.failedAuthenticationsPerAddress = count
        limits.failedAuthenticationsIntervalSeconds = seconds
        return AuthenticationThrottle.Rule(limits)
    }

    private static func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    @Test("Rows 15 and 30: Both spellings of an IPv4 address are one, and so is the first half of an IPv6 address")
    func keys() throws {
        let throttle = AuthenticationThrottle()
        let rule = Self.rule(2, seconds: 20)
        _ = throttle.note(try Self.address("192.0.2.1"), now: 1000, rule: rule)
        #expect(throttle.note(try Self.address("::ffff:192.0.2.1"), now: 1000, rule: rule))
        #expect(throttle.secondsToWait(try Self.address("192.0.2.1"), now: 1000, rule: rule) == 10)
        #expect(throttle.secondsToWait(try Self.address("192.0.2.2"), now: 1000, rule: rule) == nil)
        _ = throttle.note(try Self.address("2001:db8::1"), now: 1000, rule: rule)
        _ = throttle.note(try Self.address("2001:db8::ffff:2"), now: 1000, rule: rule)
        #expect(throttle.secondsToWait(try Self.address("2001:db8::3"), now: 1000, rule: rule) == 10)
        #expect(throttle.secondsToWait(try Self.address("2001:db8:0:1::3"), now: 1000, rule: rule) == nil)
    }

    @Test("A failure is forgotten after its share of the interval, whatever the clock does")
    func time() throws {
        let throttle = AuthenticationThrottle()
        let rule = Self.rule(3, seconds: 30)
        let address = IPAddress(v4: 1)
        for _ in 0..<100 { _ = throttle.note(address, now: 1000, rule: rule) }
        #expect(throttle.secondsToWait(address, now: 1009, rule: rule) == 1)
        #expect(throttle.secondsToWait(address, now: 1010, rule: rule) == nil)
        // A clock that was set back by a day blocks nobody for a day.
        #expect(throttle.secondsToWait(address, now: 1000 - 86_400, rule: rule) == nil)
        // No limit at all.
        let none = Self.rule(0, seconds: 30)
        #expect(!throttle.note(address, now: 1000, rule: none))
        #expect(throttle.secondsToWait(address, now: 1000, rule: none) == nil)
    }

    @Test("A crowd of fresh addresses does not wash out one that has to wait")
    func crowd() {
        let throttle = AuthenticationThrottle()
        let rule = Self.rule(10, seconds: 60)
        let guesser = IPAddress(v4: 0x0a00_0001)
        for _ in 0..<10 { _ = throttle.note(guesser, now: 1000, rule: rule) }
        for number in UInt64(0)..<100_000 {
            _ = throttle.note(IPAddress(high: 0x2001_0db8_0000_0000 | number, low: 0), now: 1000, rule: rule)
        }
        #expect(throttle.secondsToWait(guesser, now: 1000, rule: rule) == 6)
    }
}
