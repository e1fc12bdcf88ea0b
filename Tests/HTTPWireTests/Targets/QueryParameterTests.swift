import HTTPWire
import Testing

/// RFC 6750 §2.3, and what keeps such a token from going further.
struct QueryParameterTests {
    private static func look(_ text: String) -> String {
        let bytes = Array(text.utf8)
        switch unsafe QueryParameter("access_token").find(in: bytes.span.bytes, ByteRange(0, bytes.count)) {
        case .absent: return "absent"
        case .conflicting: return "conflicting"
        case .found(let range): return String(decoding: bytes[range.range], as: UTF8.self)
        }
    }

    private static func others(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        let output = OutputBuffer()
        let parameter = QueryParameter("access_token")
        guard unsafe parameter.appendOthers(of: bytes.span.bytes, ByteRange(0, bytes.count), to: output) else {
            #expect(output.isEmpty)
            return nil
        }
        return output.string
    }

    @Test(
        "A parameter is found by its whole name, however that is escaped, and taken out",
        arguments: [
            ("/a?access_token=t.o-k_e", "t.o-k_e", "/a"), ("/a?x=1&access_token=t&y=2", "t", "/a?x=1&y=2"),
            ("/?access_token=t&y", "t", "/?y"), ("/a?y&access_token=t", "t", "/a?y"), ("/a?access_token=", "", "/a"),
            ("/a?access_token", "", "/a"), ("/a?access%5Ftoken=t", "t", "/a"), ("/a?%61ccess_toke%6e=t", "t", "/a"),
            ("/a?access_token=t&access_token=t&&", "t", "/a?&"), ("/a?access_token=a=b", "a=b", "/a"),
            ("https://x/a?access_token=t#access_token=u", "t", "https://x/a#access_token=u"),
            ("/a?b=1?c&access_token=t", "t", "/a?b=1?c"),
        ])
    func found(text: String, value: String, rest: String) {
        #expect(Self.look(text) == value)
        #expect(Self.others(text) == rest)
    }

    @Test(
        "Other names, paths and fragments hold none, and stay as they are",
        arguments: [
            "/a", "/a?", "/access_token=t", "/a?access_tokens=t", "/a?xaccess_token=t", "/a?Access_Token=t",
            "/a?x=access_token=t", "/a?access_toke", "/a?access_toke%6", "/a?access_toke%", "/a#?access_token=t",
            "/a?access%5", "",
        ])
    func absent(text: String) {
        #expect(Self.look(text) == "absent")
        #expect(Self.others(text) == nil)
    }

    @Test("Two values that differ are told of, and both are taken out")
    func conflicting() {
        #expect(Self.look("/a?access_token=t&access_token=u") == "conflicting")
        #expect(Self.look("/a?access_token=t&access_token=") == "conflicting")
        #expect(Self.others("/a?access_token=t&b&access_token=u") == "/a?b")
    }
}
