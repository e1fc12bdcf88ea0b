import Testing

@testable import Admin

@Suite("Return targets")
struct ReturnTargetTests {
    @Test(
        "A path of this host is allowed, in its canonical form",
        arguments: [
            ("/", "/"), ("/welcome?from=app&x=%0d", "/welcome?from=app&x=%0d"), ("/a/../b", "/b"), ("/a//b", "/a/b"),
            ("/%7Euser", "/~user"), ("/a:b@c", "/a:b@c"), ("/x?u=//evil.example", "/x?u=//evil.example"),
            ("/x?u=https://evil.example", "/x?u=https://evil.example"), ("/a/..//evil.example", "/evil.example"),
            ("/.//evil.example", "/evil.example"),
        ])
    func allowed(text: String, location: String) {
        #expect(ReturnTarget.location(text) == location)
    }

    @Test(
        "Whatever could be another host is not",
        arguments: [
            "", "welcome", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example",
            "\\\\evil.example",
            "https://evil.example", "https:evil.example", "javascript:alert(1)", "http:/evil.example", " /x", "/x y",
            "/\t/evil.example", "/\n/evil.example", "/x\r\nSet-Cookie: a=b", "/\u{0}", "/\u{7f}", "/%09/evil.example",
            "/%0a/evil.example", "/%0D%0ASet-Cookie:%20a=b", "/%5cevil.example", "/%5Cevil.example", "/%2fevil.example",
            "/%2F%2Fevil.example", "/a%2F..%2Fb", "/%", "/%zz", "/%c0%af", "/a\\b", "/x?u=\\", "/#/route", "/é",
            "/" + String(repeating: "a", count: 2048),
        ])
    func refused(text: String) {
        #expect(ReturnTarget.location(text) == nil)
    }

    @Test("The longest one is taken")
    func longest() {
        let text = "/" + String(repeating: "a", count: 2047)
        #expect(ReturnTarget.location(text) == text)
    }
}
