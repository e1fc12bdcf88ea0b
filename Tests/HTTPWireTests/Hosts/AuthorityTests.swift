import HTTPWire
import Testing

@Suite("Authorities")
struct AuthorityTests {
    private func parse(_ text: String) -> String {
        withBytes(text) { bytes, range in
            do throws(HTTPParseError) {
                let authority = try Authority.parse(bytes, range)
                let host = written { authority.appendNormalizedHost(in: bytes, to: $0) }
                #expect(host == authority.normalizedHost(in: bytes))
                #expect(authority.isLiteral == host.hasPrefix("["))
                return host + (authority.port.map { " \($0)" } ?? "")
            } catch {
                return "\(error.kind)"
            }
        }
    }

    @Test(
        "Host and port are told apart, and the host has one form",
        arguments: [
            ("example.com", "example.com"), ("EXAMPLE.Com", "example.com"), ("example.com.", "example.com"),
            ("example.com:80", "example.com 80"), ("example.com.:80", "example.com 80"),
            ("example.com:", "example.com"),
            ("a:0", "a 0"), ("a:65535", "a 65535"), ("a:00080", "a 80"), ("127.0.0.1:1", "127.0.0.1 1"),
            ("[::1]", "[::1]"), ("[2001:DB8::1]:443", "[2001:db8::1] 443"), ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"),
            ("[::1]:", "[::1]"), ("a_b", "a_b"), ("0.0.0.0=5000", "0.0.0.0=5000"),
        ])
    func accepts(_ text: String, _ form: String) {
        #expect(parse(text) == form)
    }

    @Test(
        "What is no host is refused",
        arguments: [
            "", ".", "..", ".a", "a..b", "a..", "a b", "a,b", "a/b", "a?b", "a#b", "a\\b", "a%41", "a:b", "a:1:2",
            "a:65536",
            "a:999999", "a:-1", ":80", "[]", "[::1", "::1", "[::1]x", "[::1]:x", "[1.2.3.4]", "[::1%eth0]", "[v1.a]",
            "\u{e9}",
        ])
    func refuses(_ text: String) {
        #expect(parse(text) == "invalidHost")
    }

    @Test("User information is refused as such", arguments: ["a@b", "a:b@c", "@b", "a@b@c", "a@", "[::1]@b"])
    func refusesUserInformation(_ text: String) {
        #expect(parse(text) == "userInformation")
    }
}
