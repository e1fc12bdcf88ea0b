import Testing
import Tokens

@Suite("Binding of tokens to their client")
struct BindingTests {
    /// Issues to one client, verifies for another, each under rules of its own.
    private func verify(
        _ address: String, _ agent: String? = "A", issuedTo issued: (String, String?),
        _ rules: BindingRules = BindingRules(), after changed: BindingRules? = nil
    ) async throws -> VerifiedToken {
        let bench = try Bench(TokenSettings(binding: rules))
        let issued = ClientIdentity(address: issued.0, userAgent: issued.1)
        let token = try await bench.manager.createAccessToken(["sub": "alice"], client: issued)
        return try bench.manager(TokenSettings(binding: changed ?? rules)).verifyLocally(
            token.text, client: ClientIdentity(address: address, userAgent: agent))
    }

    private func isBound(
        _ address: String, _ agent: String? = "A", issuedTo issued: (String, String?),
        _ rules: BindingRules = BindingRules(), after changed: BindingRules? = nil
    ) async throws -> Bool {
        do {
            _ = try await verify(address, agent, issuedTo: issued, rules, after: changed)
            return true
        } catch TokenError.binding {
            return false
        }
    }

    @Test(
        "ATTACKS 30: an address is the same in each of its spellings",
        arguments: [
            ("10.0.0.1", "::ffff:10.0.0.1"), ("::ffff:a00:1", "10.0.0.1"), ("2001:db8::1", "2001:DB8:0:0:0:0:0:1"),
            ("::ffff:10.0.0.1", "::FFFF:10.0.0.1"), ("::1", "0:0:0:0:0:0:0:1"),
        ])
    func spellings(_ one: String, _ other: String) async throws {
        #expect(try await isBound(one, issuedTo: (other, "A")))
        #expect(try await isBound(other, issuedTo: (one, "A")))
    }

    @Test(
        "Another address is another client",
        arguments: [
            ("10.0.0.1", "10.0.0.2"), ("10.0.0.1", "::10.0.0.1"), ("2001:db8::1", "2001:db8::2"), ("::", "0.0.0.0"),
            ("10.0.0.1", "2001:db8::1"), ("10.0.0.1", ""), ("unix:/a", "unix:/b"), ("10.0.0.1", "10.0.0.1 "),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.2"), ("::fffe:10.0.0.1", "10.0.0.1"),
        ])
    func otherAddresses(_ one: String, _ other: String) async throws {
        #expect(try await !isBound(one, issuedTo: (other, "A")))
        #expect(try await !isBound(other, issuedTo: (one, "A")))
        #expect(try await isBound(one, issuedTo: (one, "A")))
    }

    @Test("A client without a User-Agent is bound to its absence, which is not an empty one")
    func absence() async throws {
        let agents: [String?] = [nil, "", "A", "A ", "a"]
        for one in agents {
            for other in agents {
                #expect(try await isBound("10.0.0.1", one, issuedTo: ("10.0.0.1", other)) == (one == other))
            }
        }
    }

    @Test("ATTACKS 4: bytes moved across the boundary of address and agent make another fingerprint")
    func boundaries() async throws {
        let pairs: [(String, String?)] = [
            ("unix:ab", "c"), ("unix:a", "bc"), ("unix:abc", ""), ("unix:abc", nil), ("unix:ab", "c\0"),
            ("unix:ab\0", "c"), ("unix:ab\0\0\0\u{1}c", ""), ("", "unix:abc"),
        ]
        for one in pairs {
            for other in pairs {
                let isSame = one == other
                #expect(try await isBound(one.0, one.1, issuedTo: other) == isSame)
            }
        }
    }

    @Test("The fingerprint is keyed: another secret gives another one for the same client, and it tells nothing")
    func keyed() async throws {
        func fingerprint(_ secret: [UInt8], _ client: ClientIdentity = Bench.client) async throws -> JSONValue? {
            let bench = try Bench(keys: [try TokenKey(secret: secret)])
            return try await bench.manager.createAccessToken([:], client: client).verified.claims["fp"]
        }
        let one = try await fingerprint(Bench.secret)
        #expect(try await fingerprint(Bench.secret) == one)
        #expect(try await fingerprint(Bench.secret.reversed()) != one)
        #expect(one?.string?.utf8.count == 44)
    }

    @Test(
        "With a prefix, addresses of one network are one client, and the next network is another",
        arguments: [
            (24, "192.0.2.1", "192.0.2.254", "192.0.3.1"), (25, "192.0.2.1", "192.0.2.127", "192.0.2.128"),
            (0, "192.0.2.1", "8.8.8.8", "2001:db8::1"), (32, "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.0"),
            (64, "2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
            (61, "2001:db8::1", "2001:db8:0:7::1", "2001:db8:0:8::1"), (128, "::1", "::1", "::2"),
        ])
    func prefixes(_ bits: Int, _ one: String, _ same: String, _ other: String) async throws {
        let rules =
            one.contains(":") ? BindingRules(addressPrefixV6: bits) : BindingRules(addressPrefixV4: bits)
        #expect(try await isBound(same, issuedTo: (one, "A"), rules))
        #expect(try await !isBound(other, issuedTo: (one, "A"), rules))
    }

    @Test("log takes the token and tells what strict would have refused; off does not look")
    func modes() async throws {
        let logging = BindingRules(address: .log, userAgent: .log)
        let notice = try await verify("10.0.0.2", "B", issuedTo: ("10.0.0.1", "A"), logging).bindingNotice
        #expect(notice == BindingMismatch(address: true, userAgent: true))
        let agentOnly = try await verify("10.0.0.1", "B", issuedTo: ("10.0.0.1", "A"), logging).bindingNotice
        #expect(agentOnly == BindingMismatch(address: false, userAgent: true))
        let addressOnly = try await verify("10.0.0.2", "A", issuedTo: ("10.0.0.1", "A"), logging).bindingNotice
        #expect(addressOnly == BindingMismatch(address: true, userAgent: false))
        #expect(try await verify("10.0.0.1", "A", issuedTo: ("10.0.0.1", "A"), logging).bindingNotice == nil)

        let off = BindingRules(address: .off, userAgent: .off)
        #expect(try await verify("10.0.0.2", "B", issuedTo: ("10.0.0.1", "A"), off).bindingNotice == nil)
        // One signal strict, the other logged: the strict one decides.
        let mixed = BindingRules(address: .strict, userAgent: .log)
        #expect(try await isBound("10.0.0.1", "B", issuedTo: ("10.0.0.1", "A"), mixed))
        #expect(try await !isBound("10.0.0.2", "A", issuedTo: ("10.0.0.1", "A"), mixed))
    }

    @Test("After the settings changed, tokens issued before are still compared by what they were issued with")
    func changedSettings() async throws {
        let whole = BindingRules()
        let network = BindingRules(addressPrefixV4: 24)
        let off = BindingRules(address: .off, userAgent: .off)
        #expect(try await isBound("192.0.2.1", issuedTo: ("192.0.2.1", "A"), whole, after: network))
        #expect(try await !isBound("192.0.2.2", issuedTo: ("192.0.2.1", "A"), whole, after: network))
        #expect(try await isBound("192.0.2.2", issuedTo: ("192.0.2.1", "A"), network, after: whole))
        #expect(try await !isBound("192.0.3.1", issuedTo: ("192.0.2.1", "A"), network, after: whole))
        #expect(try await !isBound("192.0.2.2", issuedTo: ("192.0.2.1", "A"), off, after: whole))
        #expect(try await isBound("192.0.2.1", issuedTo: ("192.0.2.1", "A"), off, after: whole))
    }

    private static let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "

    @Test(
        "By family, another version or system is the same client",
        arguments: [
            (chrome + "Chrome/141.0.0.0 Safari/537.36", chrome + "Chrome/142.0.1.2 Mobile Safari/537.36"),
            (
                chrome + "Chrome/141.0.0.0 Safari/537.36",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605 (KHTML) CriOS/142.0 Mobile Safari/604.1"
            ),
            (chrome + "Chrome/141.0 Safari/537.36 Edg/141.0", chrome + "Chrome/142.0 Safari/537.36 EdgA/142.0"),
            ("Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0", "Mozilla/5.0 (Mac) Gecko/2 Firefox/141.0"),
            (
                "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Mozilla/5.0 (iPad; (nested) x) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1"
            ),
            ("curl/8.5.0", "CURL/8.6.0"), ("python-requests/2.32", "python-requests/3.0 (x)"), ("A", "a"), ("", ""),
        ])
    func families(_ one: String, _ other: String) async throws {
        let family = BindingRules(userAgentForm: .family)
        #expect(try await isBound("10.0.0.1", one, issuedTo: ("10.0.0.1", other), family))
        #expect(try await isBound("10.0.0.1", other, issuedTo: ("10.0.0.1", one), family))
        #expect(try await isBound("10.0.0.1", one, issuedTo: ("10.0.0.1", other)) == (one == other), "exact is exact")
        #expect(try await !isBound("10.0.0.2", one, issuedTo: ("10.0.0.1", other), family))
    }

    @Test("By family, each of these is another client")
    func otherFamilies() async throws {
        let agents: [String?] = [
            nil, "", "curl/8.5.0", "wget/8.5.0", "Mozilla/5.0", "(curl/8.5.0)", "(curl/8.5.1)",
            Self.chrome + "Chrome/141.0 Safari/537.36", Self.chrome + "Chrome/141.0 Safari/537.36 Edg/141.0",
            Self.chrome + "Chrome/141.0 Safari/537.36 OPR/120.0", "Mozilla/5.0 (X11) Gecko/1 Firefox/141.0",
            "Mozilla/5.0 (Macintosh; Chrome/141.0 Edg/1) AppleWebKit/605 Version/18.1 Safari/605.1.15",
        ]
        let family = BindingRules(userAgentForm: .family)
        for (number, one) in agents.enumerated() {
            for (place, other) in agents.enumerated() {
                let isSame = try await isBound("10.0.0.1", one, issuedTo: ("10.0.0.1", other), family)
                #expect(isSame == (number == place), "\(one ?? "none"), \(other ?? "none")")
            }
        }
    }

    @Test("A token keeps the form of User-Agent that it was issued with")
    func changedForm() async throws {
        let family = BindingRules(userAgentForm: .family)
        let (old, new) = ("curl/8.5.0", "curl/8.6.0")
        #expect(try await isBound("10.0.0.1", new, issuedTo: ("10.0.0.1", old), family, after: BindingRules()))
        #expect(try await !isBound("10.0.0.1", new, issuedTo: ("10.0.0.1", old), BindingRules(), after: family))
        #expect(try await isBound("10.0.0.1", old, issuedTo: ("10.0.0.1", old), BindingRules(), after: family))
        let logging = BindingRules(userAgent: .log, userAgentForm: .family)
        #expect(try await verify("10.0.0.1", new, issuedTo: ("10.0.0.1", old), logging).bindingNotice == nil)
        let notice = try await verify("10.0.0.1", "wget/1", issuedTo: ("10.0.0.1", old), logging).bindingNotice
        #expect(notice == BindingMismatch(address: false, userAgent: true))
        // A mark that nobody writes is no fingerprint.
        let bench = try Bench(TokenSettings(binding: family))
        let token = try await bench.session().accessToken
        let forged = try Bench.resigned(token) { claims in
            let bytes = Base64URL.decode(claims["fp"]?.string ?? "") ?? []
            let marked = Array(bytes.dropLast()) + [2]
            claims["fp"] = .string(Base64URL.encode(marked.span))
        }
        #expect(throws: TokenError.binding) { try bench.manager.verifyLocally(forged, client: Bench.client) }
        _ = try bench.manager.verifyLocally(token, client: Bench.client)
    }

    @Test(
        "A token without a fingerprint, or with a broken one, is bound to nobody",
        arguments: [nil, "", "AAAA", 1, "!", .string(String(repeating: "A", count: 44))] as [JSONValue?])
    func brokenFingerprints(_ value: JSONValue?) async throws {
        let bench = try Bench()
        let token = try Bench.resigned(try await bench.session().accessToken) { $0["fp"] = value }
        #expect(throws: TokenError.binding) { try bench.manager.verifyLocally(token, client: Bench.client) }
        var settings = bench.manager.settings
        settings.binding = BindingRules(address: .log, userAgent: .off)
        let notice = try bench.manager(settings).verifyLocally(token, client: Bench.client).bindingNotice
        #expect(notice == BindingMismatch(address: true, userAgent: false))
    }
}
