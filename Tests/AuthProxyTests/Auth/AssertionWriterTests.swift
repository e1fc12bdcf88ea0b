import SallyportConfiguration
import HTTPWire
import Testing
import Tokens

@testable import AuthProxy

@Suite("Signed assertions")
struct AssertionWriterTests {
    private static func decoded(_ part: some StringProtocol) throws -> JSONValue {
        let bytes = try #require(Base64URL.decode(String(part)))
        return try JSONParser.parse(bytes.span)
    }

    @Test(
        "A statement names audience, method, path and the user, and is signed by the key",
        arguments: [SignatureAlgorithm.edDSA, .es256])
    func statement(algorithm: SignatureAlgorithm) async throws {
        let key = try TokenKey.generate(algorithm, identifier: "a1")
        let writer = try AssertionWriter(
            RouteAssertion(audience: "shop"), identity: ["roles", "address.country", "absent"],
            issuer: "https://gate.example",
            keys: try TokenKeys(key), route: "r")
        let manager = JWTManager(keys: try TokenKeys(try TokenKey.generate(.hs256)), store: MemoryTokenStore())
        let client = ClientIdentity(address: "192.0.2.1", userAgent: nil)
        let token = try await manager.issueSession(
            subject: "alice", claims: ["roles": ["a", "b"], "address": ["country": "FR"]], client: client)
        let line = try #require(
            writer.line(method: "GET", path: "/x", token: token.access, identifier: "id-1", now: 1_000_000))
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.hasPrefix("Sallyport-Assertion: ") && text.hasSuffix("\r\n"))
        let jws = String(text.dropFirst("Sallyport-Assertion: ".count).dropLast(2))
        let parts = jws.split(separator: ".")
        let header = try Self.decoded(parts[0])
        #expect(header["typ"] == "sallyport-assertion+jwt" && header["kid"] == "a1")
        let claims = try Self.decoded(parts[1])
        #expect(claims["aud"] == "shop" && claims["iss"] == "https://gate.example" && claims["jti"] == "id-1")
        #expect(claims["iat"]?.integer == 1_000_000 && claims["exp"]?.integer == 1_000_060)
        #expect(claims["method"] == "GET" && claims["path"] == "/x")
        #expect(claims["sub"] == "alice" && claims["sid"]?.string == token.session)
        #expect(claims["claims"] == ["roles": ["a", "b"], "address.country": "FR"])
    }

    @Test("A stranger's statement names nobody; a public key makes no writer")
    func stranger() throws {
        let key = try TokenKey.generate(.edDSA, identifier: "a1")
        let writer = try AssertionWriter(
            RouteAssertion(audience: "shop"), identity: ["sub"], issuer: nil, keys: try TokenKeys(key), route: "r")
        let line = try #require(writer.line(method: "GET", path: "/", token: nil, identifier: "i", now: 0))
        let payload = String(decoding: line, as: UTF8.self).split(separator: ".")[1]
        let claims = try Self.decoded(payload)
        #expect(claims["sub"] == nil && claims["sid"] == nil && claims["claims"] == nil && claims["iss"] == nil)
        let mute = TokenKey(key, identifier: "a1", maySign: false)
        #expect(throws: SiteError.self) {
            try AssertionWriter(
                RouteAssertion(audience: "shop"), identity: [], issuer: nil, keys: try TokenKeys(mute), route: "r")
        }
    }
}
