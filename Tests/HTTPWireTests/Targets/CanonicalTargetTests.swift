import HTTPWire
import Testing

@Suite("Canonical targets")
struct CanonicalTargetTests {
    /// The canonical form, or the name of the refusal.
    private func canonical(_ target: String) -> String {
        let output = OutputBuffer()
        output.append("before ")
        let bytes = latin(target)
        do throws(HTTPParseError) {
            // A span of UInt8 has no padding.
            let result = try unsafe CanonicalTarget.canonicalise(bytes.span.bytes, into: output)
            #expect(result.length == output.count - 7)
            #expect(result.hasQuery == (result.pathLength < result.length))
            return String(output.string.dropFirst(7))
        } catch {
            #expect(output.string == "before ")
            return "\(error.kind)"
        }
    }

    static let forms: [(String, String)] = [
        ("/", "/"), ("", "/"), ("?a", "/?a"), ("/a/b", "/a/b"), ("/a/b/", "/a/b/"),
        ("/a?b//../%zz%2f;\\", "/a?b//../%zz%2f;\\"),
        ("//a", "/a"), ("/a//b", "/a/b"), ("/a///", "/a/"), ("//evil.example/x", "/evil.example/x"),
        ("/./a", "/a"), ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/.", "/"), ("/a/..", "/"), ("/a/../b", "/b"),
        ("/..", "/"), ("/../../a", "/a"), ("/a/b/../../..", "/"), ("/a/b/c/../../d", "/a/d"), ("/a//../b", "/b"),
        ("/public/../admin", "/admin"), ("/public//../admin/users", "/admin/users"),
        ("/%2e%2e/admin", "/admin"), ("/x/%2E./admin", "/admin"), ("/x/.%2e", "/"), ("/x/%2e", "/x/"),
        ("/...", "/..."), ("/..a", "/..a"), ("/a..", "/a.."), ("/.a", "/.a"), ("/....", "/...."),
        ("/%61%64%6d%69%6e", "/admin"), ("/%41", "/A"), ("/%7e%2d%5f", "/~-_"), ("/a%3ab%3A", "/a%3Ab%3A"),
        ("/%2561", "/%2561"), ("/%25%32%65", "/%252e"), ("/a%3f", "/a%3F"), ("/a%23b", "/a%23b"), ("/a%20b", "/a%20b"),
        ("/%c3%a9", "/%C3%A9"), ("/%e0%a0%80", "/%E0%A0%80"), ("/%f0%90%80%80", "/%F0%90%80%80"), ("/%ff", "/%FF"),
        ("/\"<>[]^`{|}", "/%22%3C%3E%5B%5D%5E%60%7B%7C%7D"), ("/!$&'()*+,=:@", "/!$&'()*+,=:@"),
        ("/a;v=1/b", "/a;v=1/b"), ("/a;", "/a;"), ("/a;v/../b", "/b"), ("/a;b;c", "/a;b;c"), ("/a%3b", "/a%3B"),
        ("/...;x", "/...;x"), ("/a/?", "/a/?"), ("/a/..?b", "/?b"),
    ]

    @Test("A path has one form", arguments: forms)
    func form(_ target: String, _ expected: String) {
        let result = canonical(target)
        #expect(result == expected)
        #expect(canonical(result) == result)
        #expect(withBytes(result) { bytes, _ in CanonicalTarget.isCanonical(bytes) })
        if result != target { #expect(!withBytes(target) { bytes, _ in CanonicalTarget.isCanonical(bytes) }) }
    }

    static let refused: [(String, HTTPParseError.Kind)] = [
        ("/%", .malformedEscape), ("/%4", .malformedEscape), ("/%4/a", .malformedEscape), ("/%zz", .malformedEscape),
        ("/%u002e", .malformedEscape), ("/a%", .malformedEscape), ("/%%41", .malformedEscape),
        ("/%?41", .malformedEscape),
        ("/a%2fb", .ambiguousSeparator), ("/a%2Fb", .ambiguousSeparator), ("/a%5cb", .ambiguousSeparator),
        ("/a\\b", .ambiguousSeparator), ("/..%2f..", .ambiguousSeparator), ("/..\\", .ambiguousSeparator),
        ("/%00", .escapedControl), ("/a%0d%0aX", .escapedControl), ("/%7f", .escapedControl), ("/%1F", .escapedControl),
        ("/%c0%ae%c0%ae/", .overlongEscape), ("/%C1%9C", .overlongEscape), ("/%e0%80%af", .overlongEscape),
        ("/%E0%9F%bf", .overlongEscape), ("/%f0%80%80%af", .overlongEscape), ("/%F0%8f%bf%bf", .overlongEscape),
        ("/;x", .ambiguousParameters), ("/a/;x/b", .ambiguousParameters), ("/..;/a", .ambiguousParameters),
        ("/a/..;x", .ambiguousParameters), ("/.;/a", .ambiguousParameters), ("/%2e%2e;/a", .ambiguousParameters),
        ("//;a", .ambiguousParameters),
        ("/a b", .invalidTargetByte), ("/a#b", .invalidTargetByte), ("/\u{e9}", .invalidTargetByte),
        ("/\u{0}", .invalidTargetByte), ("/?\u{e9}", .invalidTargetByte), ("/?a b", .invalidTargetByte),
        ("a", .invalidTargetForm), ("*", .invalidTargetForm),
    ]

    @Test("A path with more than one reading is refused, and leaves nothing behind", arguments: refused)
    func refuses(_ target: String, _ kind: HTTPParseError.Kind) {
        #expect(canonical(target) == "\(kind)")
        let bytes = latin(target)
        // A span of UInt8 has no padding.
        #expect(unsafe !CanonicalTarget.isCanonical(bytes.span.bytes))
    }

    @Test(
        "A route is chosen by a path as applications read it: without parameters, and what may stand in a path decoded",
        arguments: [
            ("/admin;x", "/admin"), ("/a;b=c/d;e;f/", "/a/d/"), ("/a/b", "/a/b"), ("/a;", "/a"),
            ("/%40admin/x", "/@admin/x"), ("/v1/items%3Adelete", "/v1/items:delete"), ("/a%2Bb;c%3D/d%21", "/a+b/d!"),
            ("/a%3Bb", "/a%3Bb"), ("/a%20b%25%3F%C3%A9", "/a%20b%25%3F%C3%A9"), ("/%2540", "/%2540"),
        ])
    func readings(_ path: String, _ matching: String) throws {
        withBytes(path) { bytes, _ in
            #expect(CanonicalTarget.recognise(bytes)?.hasOtherReading == (path != matching))
            #expect(written { CanonicalTarget.appendMatchingPath(of: bytes, to: $0) } == matching)
        }
        // The same where it has to be made canonical first.
        let made = try withBytes("/." + path) { bytes, _ in
            Result { try CanonicalTarget.canonicalise(bytes, into: OutputBuffer()) }
        }.get()
        #expect(made.hasOtherReading == (path != matching))
    }

    @Test("Whatever is recognised as canonical stays as it is, whatever is not has another form or none")
    func recognition() {
        var generator = RepeatableGenerator(seed: 7)
        let pieces = [
            "/", "a", ".", "..", "%2e", "%2F", "%41", ";", "?", "%C3%A9", "|", "b-c", "%", "%3A", "%3a", "#", "\\",
        ]
        for _ in 0..<20_000 {
            let target =
                "/"
                + (0..<Int.random(in: 0..<8, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? ""
                }.joined()
            let result = canonical(target)
            let recognised = withBytes(target) { bytes, _ in CanonicalTarget.isCanonical(bytes) }
            #expect(recognised == (result == target), "\(target) → \(result)")
            if result.hasPrefix("/") { #expect(canonical(result) == result, "\(target) → \(result)") }
        }
    }
}
