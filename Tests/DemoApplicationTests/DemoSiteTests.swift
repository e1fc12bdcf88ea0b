import Testing

@testable import DemoApplication

@Suite("The demo application's answers")
struct DemoSiteTests {
    @Test(
        "The right password is handed to the gate as a session and leads to the page",
        arguments: [
            ("alice", "wonderland", #"{"sub":"alice","name":"Alice Liddell","roles":["admin","reader"]}"#),
            ("bob", "builder", #"{"sub":"bob","name":"Bob Builder","roles":["reader"]}"#),
        ])
    func signsIn(_ username: String, _ password: String, _ claims: String) {
        let answer = Exchange.answer(to: Exchange.post("/login", "username=\(username)&password=\(password)"))
        #expect(answer.hasPrefix("HTTP/1.1 303 See Other\r\n"))
        #expect(answer.contains("\r\nLocation: /\r\n"))
        #expect(answer.contains("\r\nSallyport-Issue-Session: \(claims)\r\n"))
        #expect(answer.contains("\r\nContent-Length: 0\r\n"))
    }

    @Test(
        "Anything but the right password gets the form again with 401, and no session",
        arguments: [
            "username=alice&password=builder", "username=alice&password=", "username=alice", "",
            "username=mallory&password=wonderland", "username=Alice&password=wonderland",
            "username=mallory&password=nobody+has+this+password",
            "username=alice&password=builder&password=wonderland", "username=alice&password=wonderland%00",
        ])
    func refusesPasswords(_ form: String) {
        let answer = Exchange.answer(to: Exchange.post("/login", form))
        #expect(answer.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
        #expect(!answer.contains("Sallyport-Issue-Session"))
        #expect(answer.contains("do not go together") && answer.contains("<form method=\"post\" action=\"/login\">"))
    }

    @Test("A login that is no form, a broken one, or one from another site is refused")
    func refusesOtherLogins() {
        let form = "username=alice&password=wonderland"
        let json = Exchange.answer(to: Exchange.post("/login", form, type: "application/json"))
        #expect(json.hasPrefix("HTTP/1.1 415 "))
        let broken = Exchange.answer(to: Exchange.post("/login", "username=alice&password=%zz"))
        #expect(broken.hasPrefix("HTTP/1.1 400 "))
        let foreign = Exchange.answer(to: Exchange.post("/login", form, fields: "Sec-Fetch-Site: cross-site\r\n"))
        #expect(foreign.hasPrefix("HTTP/1.1 403 "))
        for answer in [json, broken, foreign] { #expect(!answer.contains("Sallyport-Issue-Session")) }
        let own = Exchange.answer(to: Exchange.post("/login", form, fields: "Sec-Fetch-Site: same-origin\r\n"))
        #expect(own.hasPrefix("HTTP/1.1 303 "))
        let typed = Exchange.answer(to: Exchange.post("/login", form, type: "\(Exchange.formType); charset=utf-8"))
        #expect(typed.hasPrefix("HTTP/1.1 303 "))
    }

    @Test("A login for tokens answers 200 with the session, and 401 as JSON without one")
    func signsInForTokens() {
        let right = Exchange.answer(to: Exchange.post("/json-login", "username=bob&password=builder"))
        #expect(
            right.hasPrefix("HTTP/1.1 200 OK\r\n") && right.contains("\r\nSallyport-Issue-Session: {\"sub\":\"bob\""))
        let wrong = Exchange.answer(to: Exchange.post("/json-login", "username=bob&password=wonderland"))
        #expect(wrong.hasPrefix("HTTP/1.1 401 ") && wrong.hasSuffix(#"{"error":"invalid_grant"}"#))
        #expect(!wrong.contains("Sallyport-Issue-Session"))
    }

    @Test("The headers come back as they were received, repeated ones as an array")
    func whoami() {
        let request = "GET /whoami?n=1 HTTP/1.1\r\nHost: a\r\nX-User-Id: alice\r\nX-A: 1\r\nx-a: \"2\"\r\n\r\n"
        let answer = Exchange.answer(to: request)
        #expect(answer.contains("\r\nContent-Type: application/json\r\n"))
        #expect(answer.contains("\r\nCache-Control: no-store\r\n"))
        #expect(
            answer.hasSuffix("{\"headers\":{\"Host\":\"a\",\"X-User-Id\":\"alice\",\"X-A\":[\"1\",\"\\\"2\\\"\"]}}\n"))
    }

    @Test("A value that is not UTF-8 leaves the JSON valid")
    func whoamiBytes() {
        var exchange = Exchange()
        exchange.feed([UInt8]("GET /whoami HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xe9, 0x41] + [UInt8]("\r\n\r\n".utf8))
        #expect(exchange.answer().hasSuffix("\"X\":\"\\ufffdA\"}}\n"))
    }

    @Test("The page shows a signed-in user the identity headers, and a visitor the form")
    func pages() {
        let identity =
            "X-User-Id: alice\r\nX-User-Name: Alice Liddell\r\nX-User-Roles: admin,reader\r\nX-Session-Id: s1\r\n"
        let home = Exchange.answer(to: "GET / HTTP/1.1\r\nHost: a\r\n\(identity)\r\n")
        #expect(home.hasPrefix("HTTP/1.1 200 OK\r\n") && home.contains("through the gate, Alice."))
        #expect(home.contains("<tr class=\"identity\"><th scope=\"row\">X-Session-Id</th><td>s1</td></tr>"))
        #expect(home.contains("<tr class=\"plain\"><th scope=\"row\">Host</th><td>a</td></tr>"))
        #expect(home.contains("<span class=\"chip\">admin</span>") && home.contains("data-grace=\"5\""))
        #expect(
            home.contains("action=\"/.sallyport/logout\"") && home.contains("action=\"/.sallyport/logout-everywhere\""))
        for other in ["", "X-User-Id:\r\n", "X-User-Id: alice\r\nX-User-Id: bob\r\n"] {
            let visitor = Exchange.answer(to: "GET / HTTP/1.1\r\nHost: a\r\n\(other)\r\n")
            #expect(visitor.hasPrefix("HTTP/1.1 200 OK\r\n") && visitor.contains("action=\"/login\""))
            #expect(!visitor.contains("through the gate"))
        }
    }

    @Test("What a header holds is text on the page, never markup")
    func escapes() {
        let answer = Exchange.answer(
            to:
                "GET / HTTP/1.1\r\nHost: a\r\nX-User-Id: a<b\r\nX-User-Name: <i>\"'&\r\nUser-Agent: <script>1</script>\r\n\r\n"
        )
        #expect(!answer.contains("<i>") && !answer.contains("<script>1"))
        #expect(answer.contains("&lt;script&gt;1&lt;/script&gt;") && answer.contains("&lt;i&gt;&quot;&#39;&amp;"))
        #expect(answer.contains("<b>a&lt;b</b>"))
    }

    @Test("Pages load nothing from elsewhere and hold no inline code", arguments: ["", "X-User-Id: bob\r\n"])
    func selfContained(_ identity: String) {
        let answer = Exchange.answer(to: "GET / HTTP/1.1\r\nHost: a\r\n\(identity)\r\n")
        #expect(
            answer.contains("\r\nContent-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "))
        #expect(answer.contains("\r\nReferrer-Policy: same-origin\r\n"))
        for forbidden in ["http://", "https://", "style=", "<style", "onclick", "<script>", "src=\"//"] {
            #expect(!answer.contains(forbidden))
        }
        for asset in Asset.allCases {
            let loaded = Exchange.answer(to: "GET \(asset.rawValue) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(loaded.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        #expect(!Script.text.contains("innerHTML") && !Script.text.contains("eval("))
    }

    @Test("An experiment cannot be started before its script is there")
    func waitsForScript() {
        let home = Exchange.answer(to: "GET / HTTP/1.1\r\nHost: a\r\nX-User-Id: bob\r\n\r\n")
        let buttons = home.split(separator: "<button").dropFirst().map { $0.prefix { $0 != ">" } }
        let experiments = buttons.filter { $0.contains("data-run") }
        #expect(experiments.count == 5)
        for button in experiments { #expect(button.hasSuffix(" disabled")) }
        // Signing out needs no script.
        #expect(buttons.count { !$0.contains("disabled") } == 2)
    }

    @Test("An unknown path is 404, and a wrong method 405 with those that are right")
    func others() {
        #expect(Exchange.answer(to: "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
        #expect(Exchange.answer(to: "GET /assets/ HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
        let methods = [
            ("/", "GET, HEAD"), ("/whoami", "GET, HEAD"), ("/login", "GET, HEAD, POST"), ("/json-login", "POST"),
        ]
        for (path, allowed) in methods {
            let answer = Exchange.answer(to: "DELETE \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 405 ") && answer.contains("\r\nAllow: \(allowed)\r\n"))
        }
        let plain = Exchange.answer(to: "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(plain.hasPrefix("HTTP/1.1 426 ") && plain.contains("\r\nUpgrade: websocket\r\n"))
    }
}
