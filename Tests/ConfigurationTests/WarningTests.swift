import SallyportConfiguration
import Testing

@Suite("Warnings of a configuration")
struct WarningTests {
    @Test(
        "What works but is hardly meant is a warning with its place",
        arguments: [
            (
                "trusted_proxies: [0.0.0.0/0]",
                "4:19: trusted_proxies[0]: trusts every peer, so that any client chooses the address it is seen with"
            ),
            (
                "trusted_proxies: ['::/0']",
                "4:19: trusted_proxies[0]: trusts every peer, so that any client chooses the address it is seen with"
            ),
            (
                "tokens: {refresh_token_expire_seconds: 60}",
                "4:40: tokens.refresh_token_expire_seconds: makes the refresh token expire before the access token, so that nothing is ever refreshed"
            ),
            (
                "admin: {address: 0.0.0.0:9901}",
                "4:18: admin.address: is reached from other machines, and asks nobody who he is: keep them away, or use 127.0.0.1"
            ),
            ("admin: {address: 127.0.0.1:9901}", nil),
            ("admin: {address: '[::1]:9901'}", nil),
            ("admin: {address: unix:admin.sock}", nil),
            ("trusted_proxies: [10.0.0.0/8]", nil),
            ("tokens: {refresh_token_expire_seconds: 1800}", nil),
        ])
    func sections(_ fragment: String, _ warning: String?) throws {
        let warnings = try SampleFile(SampleFile.base + fragment).load().warnings
        #expect(warnings.map(\.description) == (warning.map { ["/etc/sallyport/s.yaml:" + $0] } ?? []))
    }

    @Test("What has no effect on a route, and an upstream without a route, are warnings")
    func routes() throws {
        let file = SampleFile(
            """
            listeners: [{address: 127.0.0.1:0}]
            upstreams:
              shop: {endpoints: [127.0.0.1:3000]}
              spare: {endpoints: [127.0.0.1:3001]}
            routes:
              - upstream: shop
                authentication: none
                login_url: /login
                session_delivery: json
                query_parameter: ticket
                identity_headers: {X-User: sub}
            """)
        #expect(
            try file.load().warnings.map { "\($0.line):\($0.column): \($0.keyPath)" } == [
                "4:3: upstreams.spare", "8:16: routes[0].login_url", "9:23: routes[0].session_delivery",
                "10:22: routes[0].query_parameter", "11:5: routes[0].identity_headers",
            ])
    }
}
