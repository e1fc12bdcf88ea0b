import Testing
import Tokens

@Suite("The judge of tokens without a store")
struct JudgeTests {
    private let now: Int64 = 1_700_000_000

    private func judge(
        _ payload: String, _ change: (inout TokenDemands) -> Void = { _ in }, header: String = #"{"alg":"HS256"}"#,
        leeway: Int64 = 0, signatureOnly: Bool = false
    ) throws -> TokenJudgement {
        var demands = TokenDemands(
            leewaySeconds: leeway, clock: ManualClock(now).wallClock, signatureOnly: signatureOnly)
        change(&demands)
        let keys = try TokenKeys(TokenKey(secret: Bench.secret))
        return TokenJudge(keys: keys, demands: demands).judge(try Bench.signed(payload, header: header))
    }

    @Test("A good token is told with its claims, a bad one with its code, as one line of JSON")
    func lines() throws {
        #expect(
            try judge(#"{"sub":"alice","n":1.50,"exp":4102444800}"#).json
                == #"{"valid":true,"claims":{"sub":"alice","n":1.50,"exp":4102444800}}"#)
        #expect(
            try judge(#"{"sub":"alice","exp":1}"#).json
                == #"{"valid":false,"code":"token_expired","message":"the token has expired"}"#)
        let judge = TokenJudge(keys: try TokenKeys(TokenKey(secret: Bench.secret)))
        #expect(judge.judge("") == .invalid(.missing))
        #expect(judge.judge("a\u{0}b.c").json.contains("token_malformed"))
    }

    @Test("Type, issuer and audience are asked for where they are demanded")
    func demands() throws {
        let payload = #"{"exp":4102444800,"type":"refresh","iss":"us","aud":["shop"]}"#
        #expect(try judge(payload) { $0.audience = "shop" }.isValid)
        #expect(try judge(payload) == .invalid(.audience))
        #expect(try judge(payload) { $0.audience = "sho" } == .invalid(.audience))
        let wrongType = try judge(payload) {
            $0.audience = "shop"
            $0.type = .access
        }
        #expect(wrongType == .invalid(.type(expected: .access, found: "refresh")))
        let wrongIssuer = try judge(payload) {
            $0.audience = "shop"
            $0.issuer = "them"
        }
        #expect(wrongIssuer == .invalid(.issuer))
        #expect(try judge(#"{"exp":4102444800,"iss":null}"#) == .invalid(.issuer))
    }

    @Test("The leeway holds for each date, and not a second more")
    func leeway() throws {
        #expect(try judge(#"{"exp":\#(now)}"#) == .invalid(.expired))
        #expect(try judge(#"{"exp":\#(now + 1)}"#).isValid)
        #expect(try judge(#"{"exp":\#(now - 9)}"#, leeway: 10).isValid)
        #expect(try judge(#"{"exp":\#(now - 10)}"#, leeway: 10) == .invalid(.expired))
        #expect(try judge(#"{"exp":4102444800,"nbf":\#(now + 10)}"#, leeway: 10).isValid)
        #expect(try judge(#"{"exp":4102444800,"nbf":\#(now + 11)}"#, leeway: 10) == .invalid(.notYetValid))
        #expect(try judge(#"{"exp":1}"#, leeway: .max) == .invalid(.expired))
        #expect(try judge(#"{"exp":\#(now)}"#, leeway: .min) == .invalid(.expired))
        #expect(try judge("{}") == .invalid(.malformed("the token has no exp")))
    }

    @Test("Where only the signature is asked about, no claim is, and the payload may be anything")
    func signatureOnly() throws {
        #expect(try judge(#"{"exp":1,"aud":"x"}"#, signatureOnly: true) == .valid(claims: ["exp": 1, "aud": "x"]))
        #expect(try judge("no JSON", signatureOnly: true) == .valid(claims: nil))
        #expect(try judge("", signatureOnly: true).isValid)
        #expect(try judge("{}", header: #"{"alg":"HS256","typ":"x"}"#, signatureOnly: true).isValid)
        #expect(try judge("no JSON", signatureOnly: true).json == #"{"valid":true,"claims":null}"#)
        #expect(try judge("{}", header: #"{"alg":"HS512"}"#, signatureOnly: true) == .invalid(.signature))
    }

    @Test("An algorithm that is not allowed is refused, though a key would have it")
    func allowedAlgorithms() throws {
        let secret = [UInt8](repeating: 9, count: 64)
        let keys = try TokenKeys([
            TokenKey(secret: secret, algorithm: .hs256), TokenKey(secret: secret, algorithm: .hs512),
        ])
        let token = try Bench.signed(#"{"exp":4102444800}"#, secret: secret)
        let demands = TokenDemands(clock: ManualClock(now).wallClock)
        #expect(TokenJudge(keys: keys, demands: demands).judge(token).isValid)
        #expect(TokenJudge(keys: keys, allowedAlgorithms: [.hs256], demands: demands).judge(token).isValid)
        #expect(
            TokenJudge(keys: keys, allowedAlgorithms: [.hs512], demands: demands).judge(token) == .invalid(.signature))
    }
}
