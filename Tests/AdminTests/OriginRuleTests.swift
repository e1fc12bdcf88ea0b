import Testing

@testable import Admin
@testable import AuthProxy

@Suite("Requests from other origins")
struct OriginRuleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var origin: String?
        var site: String?
        var authority = "gate.example"
        var scheme: ReservedRequest.Scheme?
        var expected: OriginRule.Finding
        var testDescription: String { "\(origin ?? "-") \(site ?? "-") \(authority) \(scheme?.rawValue ?? "-")" }
    }

    static let rows: [Row] = [
        Row(origin: "https://gate.example", expected: .sameOrigin),
        Row(origin: "https://evil.example", expected: .foreign),
        Row(origin: "https://gate.example.evil.example", expected: .foreign),
        Row(origin: "https://evil.example/gate.example", expected: .foreign),
        Row(origin: "https://gate.example@evil.example", expected: .foreign),
        Row(origin: "https://sub.gate.example", expected: .foreign),
        Row(origin: "HTTPS://GATE.example", expected: .sameOrigin),
        Row(origin: "https://gate.example", authority: "GATE.EXAMPLE", expected: .sameOrigin),
        // Schemes: known ones have to agree, an unknown one is nobody's.
        Row(origin: "http://gate.example", expected: .sameOrigin),
        Row(origin: "http://gate.example", scheme: .https, expected: .foreign),
        Row(origin: "https://gate.example", scheme: .http, expected: .foreign),
        Row(origin: "https://gate.example", scheme: .https, expected: .sameOrigin),
        Row(origin: "ftp://gate.example", expected: .foreign),
        // Ports.
        Row(origin: "http://127.0.0.1:8080", authority: "127.0.0.1:8080", expected: .sameOrigin),
        Row(origin: "http://127.0.0.1:8081", authority: "127.0.0.1:8080", expected: .foreign),
        Row(origin: "http://127.0.0.1", authority: "127.0.0.1:8080", expected: .foreign),
        Row(origin: "https://gate.example:443", expected: .sameOrigin),
        Row(origin: "https://gate.example", authority: "gate.example:443", expected: .sameOrigin),
        Row(origin: "https://gate.example", authority: "gate.example:80", expected: .foreign),
        Row(origin: "http://[::1]:8080", authority: "[::1]:8080", expected: .sameOrigin),
        Row(origin: "http://[::2]:8080", authority: "[::1]:8080", expected: .foreign),
        // No origin at all, and what is none.
        Row(origin: nil, expected: .unknown),
        Row(origin: "null", expected: .foreign),
        Row(origin: "", expected: .foreign),
        Row(origin: "gate.example", expected: .foreign),
        Row(origin: "https://", expected: .foreign),
        Row(origin: "https://gate.example", authority: "", expected: .foreign),
        // Sec-Fetch-Site.
        Row(origin: nil, site: "same-origin", expected: .sameOrigin),
        Row(origin: "null", site: "same-origin", expected: .sameOrigin),
        Row(origin: "null", site: "cross-site", expected: .foreign),
        Row(origin: nil, site: "same-site", expected: .foreign),
        Row(origin: nil, site: "cross-site", expected: .foreign),
        Row(origin: nil, site: "none", expected: .foreign),
        Row(origin: nil, site: "", expected: .foreign),
        Row(origin: "https://gate.example", site: "same-origin", expected: .sameOrigin),
        Row(origin: "https://gate.example", site: "cross-site", expected: .foreign),
        Row(origin: "https://evil.example", site: "same-origin", expected: .foreign),
    ]

    @Test("Origin and Sec-Fetch-Site tell pages of this origin from all others", arguments: rows)
    func finding(row: Row) {
        var request = ReservedRequest.test("POST", "logout", origin: row.origin)
        request.fetchSite = row.site
        request.authority = row.authority
        request.scheme = row.scheme
        #expect(OriginRule.finding(request) == row.expected)
    }

    @Test(
        "With cookies, every endpoint that changes something refuses other pages and says nothing else",
        arguments: ["refresh", "logout", "logout-everywhere", "websocket-token"], ["https://evil.example", "null", nil])
    func refuses(path: String, origin: String?) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let answer = try await desk.answer(.test("POST", path, origin: origin).cookies(tokens))
        #expect(answer.status == 403)
        #expect(try answer.error == "forbidden")
        #expect(answer.cookieChange == "unchanged")
        #expect(await desk.lives(tokens))
        #expect(try desk.events() == [])
    }

    @Test(
        "A page of the same origin may use them",
        arguments: [("refresh", 204), ("logout", 204), ("logout-everywhere", 204), ("websocket-token", 200)])
    func allows(path: String, status: Int) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        #expect(try await desk.answer(.test("POST", path).cookies(tokens)).status == status)
    }

    @Test("A foreign page cannot have cookies deleted that the browser did not send along")
    func deletion() async throws {
        let answer = try await Desk().answer(.test("POST", "logout", origin: "https://evil.example"))
        #expect(answer.status == 403)
        #expect(answer.cookieChange == "unchanged")
    }

    @Test("A bearer token needs no origin")
    func bearer() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        let request = ReservedRequest.test("POST", "websocket-token").bearer(tokens.accessToken)
        #expect(try await desk.answer(request).status == 200)
        #expect(try await desk.answer(request.cookies(tokens)).status == 200)
    }
}
