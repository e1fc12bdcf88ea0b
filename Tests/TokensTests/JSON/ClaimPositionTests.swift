import Testing

@testable import Tokens

/// Claims that mean something to us are found by the parser on its way: in every spelling, wherever they stand.
struct ClaimPositionTests {
    private static let names = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "type", "sid", "gen", "fp"]

    private static func escaped(_ name: String) -> String {
        let first = name.utf8.first.map { String($0, radix: 16) } ?? ""
        return "\\u00\(first)\(name.dropFirst())"
    }

    private static func filler(_ count: Int) -> String { (0..<count).map { "\"m\($0)\":0," }.joined() }

    @Test("A claim that stands twice is found, however it is written and whatever stands between", arguments: names)
    func duplicates(_ name: String) throws {
        for count in [0, 5, 23, 24, 30, 300] {
            for (one, other) in [(name, name), (name, Self.escaped(name)), (Self.escaped(name), name)] {
                let text = #"{"\#(one)":1,\#(Self.filler(count))"\#(other)" : 1}"#
                #expect { try JSONParser.parse(text) } throws: { ($0 as? JSONError)?.kind == .duplicateName }
            }
        }
        // Neighbours are other names, and so are the same ones elsewhere.
        let near = [name + "s", String(name.dropLast()), name.uppercased(), "\\u0000" + name]
        let members = near.map { "\"\($0)\":0" }.joined(separator: ",")
        let value = try JSONParser.parse(#"{"\#(name)":1,\#(members),"o":{"\#(name)":2},"l":[{"\#(name)":3}]}"#)
        #expect(value[name] == 1 && value["o"]?[name] == 2)
        #expect(value.object?.members.count == near.count + 3)
    }

    @Test("Claims are read from where they stand, before, between and behind other members, and from no object within")
    func positions() throws {
        let claims = [
            #""iss":"i""#, #""sub":"s""#, #""aud":"a""#, #""exp":5"#, #""nbf":2"#, #""iat":3"#, #""jti":"j""#,
            #""type":"access""#, #""sid":"d""#, #""gen":4"#, #""fp":"f""#,
        ]
        let inner = #""o":{"sub":"x","exp":9,"fp":"y"},"#
        for count in [0, 1, 30, 250, 255, 256, 400] {
            for order in [claims, claims.reversed()] {
                let text = "{\(Self.filler(count))\(inner)\(order.joined(separator: " , "))}"
                let payload = try TokenPayload(Array(text.utf8).span)
                let found = try RegisteredClaims(payload)
                #expect(found.issuer == "i" && found.subject == "s" && found.audience == "a")
                #expect(found.expiresAt == 5 && found.notBefore == 2 && found.issuedAt == 3)
                #expect(found.identifier == "j" && found.type == "access" && found.session == "d")
                #expect(found.generation == 4 && found.fingerprint == "f")
                #expect(payload.value == (try JSONParser.parse(text)))
            }
            let none = try RegisteredClaims(TokenPayload(Array("{\(Self.filler(count))\(inner)\"z\":0}".utf8).span))
            #expect(none.subject == nil && none.expiresAt == nil && none.fingerprint == nil && none.type == nil)
        }
    }

    @Test("A text that ends within a name is refused, at each length")
    func cutOff() {
        let text = Array(#"{"type":"access","fp":1}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONParser.parse(Array(text[..<count]).span) }
        }
        #expect(throws: Never.self) { try JSONParser.parse(text.span) }
    }

    @Test("What is no object has no claims")
    func noObject() {
        for text in [#"[{"sub":"x"}]"#, #""sub""#, "1", "{", "{}x"] {
            #expect(throws: TokenError.self) { try TokenPayload(Array(text.utf8).span) }
        }
    }
}
