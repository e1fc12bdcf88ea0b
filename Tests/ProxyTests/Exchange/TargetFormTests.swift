import SallyportTesting
import Testing

/// RFC 9112 §3.2: the forms of a request target, and hosts that contradict each other.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct TargetFormTests {
    @Test(
        "Only the forms that a method allows are taken",
        arguments: [
            ("OPTIONS * HTTP/1.1\r\nHost: a", [400, 401, 404, 405, 501]), ("GET * HTTP/1.1\r\nHost: a", [400]),
            ("CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443", [400, 405, 501]),
            ("GET public HTTP/1.1\r\nHost: a", [400]), ("GET http:///public HTTP/1.1\r\nHost: a", [400]),
            ("GET ftp://a/public HTTP/1.1\r\nHost: a", [400]),
            ("GET http://other.example/public HTTP/1.1\r\nHost: a", [400]),
            ("GET http://user@a/public HTTP/1.1\r\nHost: a", [400]),
            ("GET http://a/public HTTP/1.1\r\nHost: a", [200]),
            ("GET HTTP://A/public HTTP/1.1\r\nHost: a", [200, 400]),
            ("GET /public HTTP/1.1\r\nHost: a:99999", [400]), ("GET /public HTTP/1.1\r\nHost: a b", [400]),
            ("GET /public HTTP/1.1\r\nHost: [::1]:80", [200]), ("GET /public HTTP/1.1\r\nHost: [::1", [400]),
            ("GET /pub lic HTTP/1.1\r\nHost: a", [400]), ("GET /public\u{E9} HTTP/1.1\r\nHost: a", [400]),
        ])
    func form(head: String, statuses: [Int]) async throws {
        try await ProxyFixture.run { proxy in
            let client = try proxy.client()
            try client.send(head + "\r\n\r\n")
            let answer = try client.response()
            #expect(statuses.contains(answer.status), "\(answer)")
            if answer.status == 200, !head.hasPrefix("OPTIONS") {
                #expect(proxy.requests.last?.target == "/public")
            }
        }
    }

    @Test("The application is told the host that the client asked for, in the absolute form too")
    func host() async throws {
        try await ProxyFixture.run { proxy in
            for target in ["/public", "http://shop.example:8080/public"] {
                let answer = try proxy.client().exchange("GET", target, [("Host", "shop.example:8080")])
                #expect(answer.echoed["host"] == "shop.example:8080")
                #expect(answer.echoed["x-forwarded-host"] == "shop.example:8080")
            }
        }
    }
}
