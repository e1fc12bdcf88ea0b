import Testing
import Tokens

struct JSONTests {
    @Test(
        "A text read and written again is the same",
        arguments: [
            "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
            "-0", "1.50", "1e999999", #""""#, #""a\u0000\"\\""#, #""ä😀""#, "[]", "{}", #"[1,[2,{"a":[]}]]"#,
            #"{"b":1,"a":{"c":null}}"#,
        ])
    func roundTrip(_ text: String) throws {
        #expect(JSONWriter.text(try JSONParser.parse(text)) == text)
    }

    @Test("Escapes and white space are read")
    func escapes() throws {
        #expect(try JSONParser.parse(#" [ "\u00e4\ud83d\ude00\/\b\f\n\r\tA" , 1 ] "#) == ["ä😀/\u{8}\u{c}\n\r\tA", 1])
        #expect(try JSONParser.parse(#"{"\u0061":1}"#)["a"] == 1)
    }

    @Test(
        "A text that breaks a rule is refused with the rule and its place",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
            (#"{"a""#, .unexpectedEnd, 4), (#""a"#, .unexpectedEnd, 2), ("tru", .unexpectedEnd, 3),
            ("trux", .unexpectedByte, 3), ("TRUE", .unexpectedByte, 0), ("nan", .unexpectedByte, 1),
            ("+1", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("[1,]", .unexpectedByte, 3),
            ("{,}", .unexpectedByte, 1), (#"{"a":1,}"#, .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
            ("[1 2]", .unexpectedByte, 3), ("/**/1", .unexpectedByte, 0), ("\u{feff}1", .unexpectedByte, 0),
            ("1 2", .trailingBytes, 2), ("{}x", .trailingBytes, 2), ("01", .invalidNumber, 2),
            ("-", .invalidNumber, 1), ("1.", .invalidNumber, 2), (".1", .unexpectedByte, 0),
            ("1e", .invalidNumber, 2), ("1e+", .invalidNumber, 3), ("0x10", .trailingBytes, 1),
            (#""\x""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 1), (#""\u12"#, .unexpectedEnd, 1),
            (#""\ud800""#, .invalidEscape, 1), (#""\udc00""#, .invalidEscape, 1),
            (#""\ud800\u0041""#, .invalidEscape, 1), ("\"\u{1}\"", .controlCharacter, 1),
            ("\"a\nb\"", .controlCharacter, 2), (#"{"a":1,"a":1}"#, .duplicateName, 7),
            (#"{"a":1,"\u0061":2}"#, .duplicateName, 7),
        ] as [(String, JSONError.Kind, Int)])
    func refused(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
        #expect(throws: JSONError(kind: kind, offset: offset)) { try JSONParser.parse(text) }
    }

    @Test("Bytes that are not UTF-8 are refused where they stand")
    func encoding() {
        for bad in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]] as [[UInt8]] {
            let text: [UInt8] = [0x22, 0x61] + bad + [0x22]
            #expect(throws: JSONError(kind: .invalidUTF8, offset: 2)) { try JSONParser.parse(text.span) }
        }
    }

    @Test("Nesting is taken to the limit and refused behind it")
    func depth() throws {
        let limit = JSONParser.maximumDepth
        let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
        _ = try JSONParser.parse(deepest)
        #expect(throws: JSONError(kind: .tooDeep, offset: limit)) { try JSONParser.parse("[" + deepest + "]") }
        #expect(throws: JSONError(kind: .tooDeep, offset: limit * 5)) {
            try JSONParser.parse(String(repeating: #"{"a":"#, count: 1000))
        }
        // The depth is that of the nesting, not the number of lists.
        _ = try JSONParser.parse("[" + String(repeating: "[],{},", count: 1000) + "0]")
    }

    @Test("A text beyond its limit is refused unread")
    func size() throws {
        _ = try JSONParser.parse("[1,2]", limit: 5)
        #expect(throws: JSONError(kind: .tooLong, offset: 4)) { try JSONParser.parse("[1,2]", limit: 4) }
    }

    @Test("Among many members a name that stands twice is still found")
    func manyMembers() throws {
        let members = (0..<500).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        #expect(try JSONParser.parse("{\(members)}")["m499"] == 499)
        for twice in [0, 23, 24, 25, 499] {
            #expect(throws: JSONError.self) { try JSONParser.parse("{\(members),\"m\(twice)\":0}") }
        }
    }

    @Test("Names that only differ in their normal form are the same name, whichever stands first")
    func normalForms() {
        for (one, other) in [("\u{212a}", "K"), ("\u{e9}", "e\u{301}"), ("\u{1fef}", "`")] {
            for text in [#"{"\#(one)":1,"\#(other)":2}"#, #"{"\#(other)":1,"\#(one)":2}"#] {
                #expect { try JSONParser.parse(text) } throws: { ($0 as? JSONError)?.kind == .duplicateName }
            }
        }
    }

    @Test("A number made by hand cannot smuggle anything into a text")
    func decimals() {
        #expect(JSONDecimal("1.5")?.text == "1.5")
        for text in ["", "1,2", #"1,"sub":"mallory""#, "null", "\"1\"", "1.5 "] {
            #expect(JSONDecimal(text) == nil)
        }
    }

    @Test("Objects are equal whatever their order, and not when a member differs")
    func equality() {
        let object: JSONObject = ["a": 1, "b": 2]
        #expect(object == ["b": 2, "a": 1])
        #expect(object != ["a": 1, "b": 3])
        #expect(object != ["a": 1])
        var changed = object
        changed["a"] = nil
        changed["c"] = "x"
        #expect(changed == ["b": 2, "c": "x"])
    }
}
