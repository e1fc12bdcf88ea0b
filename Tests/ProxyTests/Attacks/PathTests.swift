import Foundation
import SallyportTesting
import Testing

/// ATTACKS.md rows 12, 13 and 15: a request is decided once, on one canonical form, and that form is forwarded.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct PathTests {
    @Test(
        "Row 12: a public path in query, fragment or parameters opens nothing",
        arguments: [
            "/private?x=/public", "/private?/public", "/private#/public", "/private%23/public", "/private%3F/public",
            "/private;/public", "/private?#/public",
        ])
    func query(target: String) async throws {
        try await ProxyFixture.run { proxy in
            let answer = try proxy.client().exchange("GET", target)
            #expect(answer.status == 401 || answer.status == 400, "\(answer)")
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test(
        "Row 13: no spelling of a path goes around the rule, and what was decided on is what is forwarded",
        arguments: [
            "/public/../private", "/public/%2e%2e/private", "/public/%2E./private", "/public/.%2e/private",
            "/public%2F..%2Fprivate", "/public/..%2fprivate", "/public/..%5Cprivate", "/public\\..\\private",
            "/public/%5c../private", "/public/./../private", "/public/..;/private", "/public/..;x=1/private",
            "//private", "///public/..//private", "/%70ublic/../private", "/public%00/../private", "/public/%",
            "/public/%zz", "/public/%c0%ae%c0%ae/private", "/public/%252e%252e/private", "/./private", "/public/..",
            "/x/../public", "/%70ublic/x", "/./public/x", "/public/a/../b", "/public/./a", "/public/%61/%2e%2e/b",
            "/public/../../../private", "/publicprivate", "/PUBLIC/x", "/public%2e/x", "/%2e/public/../private",
        ])
    func spelling(target: String) async throws {
        try await ProxyFixture.run { proxy in
            let answer = try proxy.client().exchange("GET", target)
            if answer.status == 200 {
                let forwarded = try #require(proxy.requests.last?.target)
                let path = forwarded.prefix { $0 != "?" }
                #expect(path == "/public" || path.hasPrefix("/public/"), "\(forwarded)")
                let segments = path.lowercased().split(separator: "/")
                #expect(!segments.contains("..") && !segments.contains("."), "\(forwarded)")
                for mark in ["%2e", "%2f", "%5c", "\\", "//", "..;"] { #expect(!path.lowercased().contains(mark)) }
            } else {
                #expect(answer.status == 400 || answer.status == 401, "\(answer)")
                #expect(proxy.requests.isEmpty)
            }
        }
    }

    @Test("Row 13: the corpus of paths opens nothing that is not public")
    func corpus() async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Corpus/http1_paths.jsonl")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        try #require(rows.count > 50)
        try await ProxyFixture.run { proxy in
            for row in rows {
                let object = try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any]
                let encoded = try #require(object?["raw_base64"] as? String)
                let raw = String(decoding: try #require(Data(base64Encoded: encoded)), as: UTF8.self)
                let text = raw.replacingOccurrences(of: "@@PROTECTED@@", with: "admin")
                    .replacingOccurrences(of: "@@PUBLIC@@", with: "/public")
                    .replacingOccurrences(of: "@@AUTH@@", with: "X-None: 1")
                let client = try proxy.client(patience: .seconds(5))
                try client.send(text)
                client.finishSending()
                _ = try? client.response()
            }
            for request in proxy.requests {
                let path = request.target.prefix { $0 != "?" }.lowercased()
                #expect(path == "/public" || path.hasPrefix("/public/"), "\(request.target)")
                #expect(!path.split(separator: "/").contains(".."), "\(request.target)")
            }
        }
    }

    @Test("A harmless target is forwarded as it is, and an equivalent one in its canonical form")
    func canonical() async throws {
        try await ProxyFixture.run { proxy throws in
            let pairs = [
                ("/public", "/public"), ("/public/a%20b?q=%2F..&r=//", "/public/a%20b?q=%2F..&r=//"),
                ("/public/~x", "/public/~x"), ("/public/%7ex", "/public/~x"), ("/public/a/./b", "/public/a/b"),
                ("/public/a/../b", "/public/b"), ("/public/?", "/public/?"), ("/public/%e2%82%ac", "/public/%E2%82%AC"),
                ("http://shop.example/public/x?y", "/public/x?y"),
            ]
            for (sent, wanted) in pairs {
                #expect(try proxy.client().exchange("GET", sent).status == 200, "\(sent)")
                #expect(proxy.requests.last?.target == wanted)
            }
        }
    }

    @Test(
        "Row 15: a host in another case, with a dot or a port is one host and one decision; one with a user is none",
        arguments: [
            ("other.example", 200), ("OTHER.Example", 200), ("other.example.", 200), ("other.example:80", 200),
            ("other.example:8080", 200), ("a@other.example", 400), ("a@b@other.example", 400), ("other.example/x", 400),
            ("other\u{FF0E}example", 400), ("another.example", 401), ("xother.example", 401),
            ("other.example.evil", 401),
        ])
    func host(name: String, status: Int) async throws {
        try await ProxyFixture.run(configure: { configuration in
            configuration.routes.append(
                ProxyFixture.route("/", .none) {
                    $0.name = "other"
                    $0.host = "other.example"
                })
        }) { proxy in
            let answer = try proxy.client().exchange("GET", "/", [("Host", name)])
            // An unusual spelling may be refused; it must not be taken for another host.
            #expect(answer.status == status || (answer.status == 400 && status == 200), "\(answer)")
            if ["other.example", "OTHER.Example", "other.example:80", "another.example"].contains(name) {
                #expect(answer.status == status)
            }
        }
    }

    @Test("Routes: the most specific match wins, prefixes end at a segment, an exact path is exact, no match is 404")
    func routes() async throws {
        let second = try TestOrigin { request in .response(200, [("X-Origin", "second")], body: request.target) }
        defer { second.stop() }
        try await ProxyFixture.run(configure: { configuration in
            configuration.upstreams["second"] = .init(endpoints: [ProxyFixture.endpoint(of: second)])
            configuration.routes = [
                ProxyFixture.route("/app", .none),
                ProxyFixture.route("/app/deep", .none, upstream: "second"),
                ProxyFixture.route("/exact", .none, upstream: "second") { $0.path = .exact("/exact") },
                ProxyFixture.route("/", .none, upstream: "second") {
                    $0.name = "host"
                    $0.host = "host.example"
                },
            ]
        }) { proxy throws in
            func origin(_ target: String, _ host: String = "shop.example") throws -> String {
                let answer = try proxy.client().exchange("GET", target, [("Host", host)])
                return answer.status == 200 ? answer.header("x-origin") ?? "first" : String(answer.status)
            }
            #expect(try origin("/app") == "first")
            #expect(try origin("/app/") == "first")
            #expect(try origin("/app/deep/er?x") == "second")
            #expect(try origin("/app/deeper") == "first")
            #expect(try origin("/application") == "404")
            #expect(try origin("/exact") == "second")
            #expect(try origin("/exact/more") == "404")
            #expect(try origin("/") == "404")
            #expect(try origin("/anything", "host.example") == "second")
            #expect(try origin("/app", "host.example") == "second", "a host is more specific than a path")
        }
    }
}
