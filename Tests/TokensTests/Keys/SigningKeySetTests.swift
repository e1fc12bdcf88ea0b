import Testing
import Tokens

@Suite("The keys of one issuer in a file")
struct SigningKeySetTests {
    private static let now: Int64 = 1_700_000_000

    private func refusal(_ json: JSONValue) -> TokenKeyError? {
        #expect(throws: TokenKeyError.self) { try SigningKeySet(json: JSONWriter.bytes(json)) }
    }

    /// The set's keys as the file has them.
    private func members(_ set: SigningKeySet) throws -> [JSONObject] {
        try #require(try JSONParser.parse(set.json.span)["keys"]?.array).map { try #require($0.object) }
    }

    @Test(
        "A new key of each algorithm is read again from its file, signs, and verifies", arguments: AlgorithmTests.keys)
    func roundTrip(_ sample: TokenKey) async throws {
        let set = try SigningKeySet(sample.algorithm, identifier: "one", now: Self.now)
        let again = try SigningKeySet(json: set.json)
        #expect(again.json == set.json)
        let key = try #require(again.keys.first)
        #expect(key.identifier == "one" && key.algorithm == sample.algorithm && key.canSign)
        let token = try await Bench(keys: set.keys).session().accessToken
        #expect(try UnverifiedToken(token).header["kid"] == "one")
        _ = try Bench(keys: again.keys).manager.verifyLocally(token, client: Bench.client)
        #expect((key.publicJWK == nil) == sample.algorithm.isSymmetric)
        #expect(
            TokenKeys.publicMembers(of: try TokenKeys(again.keys), at: Self.now).isSubset(of: TokenKeys.publicNames))
    }

    @Test("A rotation signs with the new key; the old one verifies until its time is over, and then goes")
    func rotation() async throws {
        var set = try SigningKeySet(.es256, identifier: "one", now: Self.now)
        let bench = try Bench(keys: set.keys)
        let first = try await bench.session()
        #expect(try set.rotate(identifier: "two", lifetime: 100, now: bench.clock.now) == "two")
        #expect(set.keys.map(\.identifier) == ["two", "one"])
        #expect(set.keys.map(\.canSign) == [true, false])
        #expect(set.keys.map(\.expiresAt) == [nil, bench.clock.now + 100])

        let rotated = bench.manager(bench.manager.settings, keys: try TokenKeys(set.keys))
        _ = try await rotated.verifyToken(first.accessToken, expecting: .access, client: Bench.client)
        let second = try await rotated.rotate(first.refreshToken, client: Bench.client).tokens
        #expect(try UnverifiedToken(second.accessToken).header["kid"] == "two")
        bench.clock.advance(99)
        _ = try rotated.verifyLocally(first.accessToken, client: Bench.client)
        #expect(rotated.keys.publicJWKSet(at: bench.clock.now)["keys"]?.array?.count == 2)
        bench.clock.advance(1)
        #expect(throws: TokenError.keyUnknown) { try rotated.verifyLocally(first.accessToken, client: Bench.client) }
        _ = try rotated.verifyLocally(second.accessToken, client: Bench.client)
        #expect(rotated.keys.publicJWKSet(at: bench.clock.now)["keys"]?.array?.count == 1)

        #expect(try set.rotate(.hs512, lifetime: 100, now: bench.clock.now) != "two")
        #expect(set.keys.map(\.algorithm) == [.hs512, .es256])
        #expect(try set.rotate(lifetime: 100, now: bench.clock.now) != "two")
        #expect(set.keys.map(\.algorithm) == [.hs512, .hs512, .es256])
    }

    @Test("A prepared key verifies at once, and signs from the next rotation on")
    func preparing() throws {
        var set = try SigningKeySet(.hs256, identifier: "one", now: Self.now)
        #expect(try set.prepare(.ps256, identifier: "two", now: Self.now) == "two")
        set = try SigningKeySet(json: set.json)
        #expect(set.keys.map(\.identifier) == ["one", "two"])
        #expect(set.keys.map(\.canSign) == [true, false])
        #expect(throws: TokenKeyError(.ambiguous, "the next key has been prepared already")) {
            try set.prepare(now: Self.now)
        }
        #expect(throws: TokenKeyError.self) { try set.rotate(.hs256, lifetime: 1, now: Self.now) }
        #expect(try set.rotate(lifetime: 100, now: Self.now) == "two")
        #expect(set.keys.map(\.identifier) == ["two", "one"])
        #expect(set.keys.map(\.canSign) == [true, false])
        #expect(try members(set).map { $0["sallyport"] } == [nil, nil])
    }

    @Test("A key's name is taken once")
    func names() throws {
        var set = try SigningKeySet(.hs256, identifier: "one", now: Self.now)
        let refusal = TokenKeyError(.ambiguous, "another key has this kid")
        #expect(throws: refusal) { try set.rotate(identifier: "one", lifetime: 1, now: Self.now) }
        #expect(throws: refusal) { try set.prepare(identifier: "one", now: Self.now) }
        #expect(set.keys.map(\.identifier) == ["one"])
    }

    @Test("A set is refused with the key that is to blame: none is passed over")
    func refusals() throws {
        let good = try members(try SigningKeySet(.hs256, identifier: "good", now: Self.now))[0]
        let pair = try members(try SigningKeySet(.es256, identifier: "pair", now: Self.now))[0]
        func changed(_ object: JSONObject, _ change: (inout JSONObject) -> Void) -> JSONValue {
            var object = object
            change(&object)
            return ["keys": [.object(object)]]
        }
        #expect(refusal(.object(good))?.kind == .malformed)
        #expect(refusal(["keys": []])?.kind == TokenKeyError.Kind.none)
        #expect(refusal(["keys": [1]])?.reason == "key number 1: it is no JSON object")
        #expect(refusal(changed(good) { $0["kid"] = nil })?.reason == "key number 1: it has no kid")
        #expect(refusal(changed(good) { $0["alg"] = nil })?.reason == "the key “good”: it has no alg")
        #expect(refusal(changed(good) { $0["k"] = "AAAA" })?.kind == .tooShort)
        #expect(refusal(changed(good) { $0["use"] = "enc" })?.reason == "the key “good”: the key's use is not sig")
        #expect(refusal(changed(good) { $0["exp"] = "soon" })?.reason == "the key “good”: its exp is no time")
        #expect(refusal(changed(good) { $0["exp"] = 1 })?.reason == "the key “good”: it has exp, and may sign")
        #expect(refusal(changed(good) { $0["key_ops"] = ["verify"] })?.kind == TokenKeyError.Kind.none)
        #expect(refusal(changed(pair) { $0["d"] = nil })?.kind == .unsuitable)
        #expect(refusal(changed(pair) { $0["x"] = $0["y"] })?.kind == .malformed)
        #expect(
            refusal(["keys": [.object(good), .object(good)]])?.reason == "the key “good”: another key has the same kid")
        #expect(refusal(["keys": [.object(good), .object(pair)]])?.kind == .ambiguous, "both may sign")
        var old = pair
        old["key_ops"] = ["verify"]
        #expect(try SigningKeySet(json: JSONWriter.bytes(["keys": [.object(old), .object(good)]])).keys.count == 2)
    }

    @Test("One key of a file has the algorithm that is asked for, its own, or the usual one, and no other")
    func oneKey() throws {
        let rsa = try #require(try TokenKey.generate(.rs256).privatePEM)
        func algorithm(_ wanted: SignatureAlgorithm?, _ usual: SignatureAlgorithm?) throws -> SignatureAlgorithm {
            try TokenKey.read(file: rsa, algorithm: wanted, usual: usual, identifier: "a").algorithm
        }
        #expect(try algorithm(.ps384, nil) == .ps384)
        #expect(try algorithm(nil, .rs512) == .rs512)
        #expect(throws: TokenKeyError.self) { try algorithm(nil, nil) }
        #expect(throws: TokenKeyError.self) { try algorithm(nil, .es256) }
        #expect(throws: TokenKeyError.self) { try algorithm(.es256, .rs256) }
        #expect(try TokenKey.read(file: SampleKeys.ec.bytes, usual: .rs256).algorithm == .es256)
        #expect(throws: TokenKeyError.self) { try TokenKey.read(file: (SampleKeys.ec + "\n" + SampleKeys.ec).bytes) }
        let jwk = JSONWriter.bytes(.object(try #require(try TokenKey.generate(.edDSA, identifier: "own").privateJWK)))
        #expect(try TokenKey.read(file: jwk).identifier == "own")
        #expect(try TokenKey.read(file: jwk, identifier: "own").canSign)
        #expect(throws: TokenKeyError(.ambiguous, "the key has another kid of its own")) {
            try TokenKey.read(file: jwk, identifier: "other")
        }
        #expect(try !TokenKey.read(file: jwk, maySign: false).canSign)
    }
}

extension TokenKeys {
    /// The members that a public key may have.
    static let publicNames: Set<String> = ["kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"]

    /// The names of all members of the keys that are published.
    static func publicMembers(of keys: TokenKeys, at now: Int64) -> Set<String> {
        let published = keys.publicJWKSet(at: now)["keys"]?.array ?? []
        return Set(published.flatMap { $0.object?.members.map(\.name) ?? [] })
    }
}
