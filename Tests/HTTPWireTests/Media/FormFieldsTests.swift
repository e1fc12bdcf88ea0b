import Testing

@testable import HTTPWire

@Suite("Forms")
struct FormFieldsTests {
    @Test("Names and values are decoded")
    func decodes() {
        let form = FormFields([UInt8]("a=1+2&b=%C3%A9%26&c&d=&=e&f=x=y".utf8))
        #expect(form?["a"] == "1 2")
        #expect(form?["b"] == "é&")
        #expect(form?["c"] == "")
        #expect(form?["d"] == "")
        #expect(form?["f"] == "x=y")
        #expect(form?["g"] == nil)
        #expect(FormFields([])?["a"] == nil)
    }

    @Test("A name that comes twice has no value")
    func repeated() {
        #expect(FormFields([UInt8]("a=1&a=1".utf8))?["a"] == nil)
        #expect(FormFields([UInt8]("a=1&a=1&b".utf8))?.count(of: "a") == 2)
        #expect(FormFields([UInt8]("a=1&a=1&b".utf8))?.count(of: "b") == 1)
    }

    @Test(
        "Broken escapes, bytes that are no text, and too many fields are refused",
        arguments: [
            "a=%", "a=%4", "a=%4g", "a=%g4", "%zz=1", "a=%ff", "a=%C3",
            Array(repeating: "a=1", count: 17).joined(separator: "&"),
        ])
    func refuses(_ body: String) {
        #expect(FormFields([UInt8](body.utf8)) == nil)
    }

    @Test("As many fields as allowed are taken")
    func limit() {
        let body = (0..<16).map { "a\($0)=1" }.joined(separator: "&")
        #expect(FormFields([UInt8](body.utf8))?["a15"] == "1")
    }
}
