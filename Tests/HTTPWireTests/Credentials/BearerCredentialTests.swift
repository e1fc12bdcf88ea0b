import HTTPWire
import Testing

@Suite("Bearer credentials")
struct BearerCredentialTests {
    private func parse(_ value: String) -> String {
        withBytes(value) { bytes, range in
            switch BearerCredential.parse(range, in: bytes) {
            case .none: "none"
            case .malformed: "malformed"
            case .token(let token): "token " + bytes.string(token)
            }
        }
    }

    @Test(
        "A token is what RFC 6750 says, whatever the scheme's case",
        arguments: [
            ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER   a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="),
            ("Bearer a", "a"),
            ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"),
        ])
    func accepts(_ value: String, _ token: String) {
        #expect(parse(value) == "token " + token)
    }

    @Test(
        "The Bearer scheme without one token is malformed",
        arguments: [
            "Bearer", "Bearer ", "Bearer\tabc", "Bearer a b", "Bearer a,b", "Bearer x, Bearer y", "Bearer =",
            "Bearer a=b", "Bearer \u{e9}",
            "Bearer \"abc\"", "Bearer,abc", "Bearer abcdefgh:", "Bearer abcdefghijk:lmnop",
        ])
    func malformed(_ value: String) {
        #expect(parse(value) == "malformed")
    }

    @Test(
        "Another scheme is not ours",
        arguments: ["", "Basic YTpi", "Bearerx abc", "Bear abc", "Digest a=b", "bearer-x y"])
    func otherSchemes(_ value: String) {
        #expect(parse(value) == "none")
    }
}
