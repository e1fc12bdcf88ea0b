import Tokens

/// Fuzzes the way of a token: its form, its header, its claims, keys in files, and base64url. The first byte says what
/// the rest is. Beyond "no trap": nothing that we have not signed is ever taken, and what we signed is taken only as
/// what it says.
@c(LLVMFuzzerTestOneInput)
public func fuzzJWS(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    // libFuzzer owns the memory during the call.
    let input = unsafe Span<UInt8>(_unsafeStart: data, count: count)
    let rest = input.extracting(1..<count)
    switch input[0] % 5 {
    case 0: stranger(rest)
    case 1: signedPayload(rest)
    case 2: signedHeader(rest)
    case 3: keyFile(rest)
    default: base64URL(rest)
    }
    return 0
}

private let client = ClientIdentity(address: "192.0.2.7", userAgent: "Fuzz/1.0")
private let secret = [UInt8](repeating: 0x5a, count: 32)
private let store = MemoryTokenStore()
private let manager = makeManager()
private let judge = TokenJudge(keys: manager.keys, demands: TokenDemands(clock: WallClock { 1_700_000_000 }))

private func makeManager() -> JWTManager {
    do {
        let keys = try TokenKeys(TokenKey(secret: secret, identifier: "k"))
        let settings = TokenSettings(binding: BindingRules(address: .log, userAgent: .log))
        return JWTManager(keys: keys, store: store, settings: settings, clock: WallClock { 1_700_000_000 })
    } catch {
        preconditionFailure("the key is refused")
    }
}

/// Bytes that nobody signed: never taken.
private func stranger(_ token: Span<UInt8>) {
    do throws(TokenError) {
        _ = try manager.judgeLocally(token, accepting: [.access, .refresh, .websocket], client: client)
        preconditionFailure("a token was taken that nobody signed")
    } catch {
        precondition(error.code.hasPrefix("token_"))
    }
    precondition(!judge.judge(token).isValid)
    // For people only; it may say anything.
    do throws(TokenError) {
        _ = try UnverifiedToken(String(decoding: (0..<token.count).map { token[$0] }, as: UTF8.self))
    } catch {
        precondition(!error.message.isEmpty)
    }
}

/// A payload under a good signature: taken only with an expiry and a type.
private func signedPayload(_ payload: Span<UInt8>) {
    let token = sign(header: Array(#"{"alg":"HS256","kid":"k"}"#.utf8), payload: payload)
    do throws(TokenError) {
        switch try manager.judgeLocally(token.span, accepting: [.access], client: client) {
        case .valid(let token): precondition(token.expiresAt > 1_700_000_000 && token.type == .access)
        case .expired(let token): precondition(token.expiresAt <= 1_700_000_000)
        }
    } catch {
        precondition(error != .signature && error != .keyUnknown)
    }
    if case .valid(let claims) = judge.judge(token.span) { precondition(claims?["exp"] != nil) }
}

/// A header under a good signature: taken only as HS256.
private func signedHeader(_ header: Span<UInt8>) {
    let token = sign(header: (0..<header.count).map { header[$0] }, payload: Array(#"{"exp":1800000000}"#.utf8).span)
    guard judge.judge(token.span).isValid else { return }
    do throws(JSONError) {
        let value = try JSONParser.parse(header)
        precondition(value["alg"] == "HS256" && value["crit"] == nil)
        precondition(value["kid"] == nil || value["kid"] == "k")
    } catch {
        preconditionFailure("a header was taken that is no JSON")
    }
}

/// A key file: refused with a reason, or every key of it is of a known algorithm.
private func keyFile(_ file: Span<UInt8>) {
    do throws(TokenKeyError) {
        let keys = try TokenKeys(file: (0..<file.count).map { file[$0] })
        precondition(!keys.all.isEmpty && keys.algorithms == Set(keys.all.map(\.algorithm)))
        for key in keys.all where !key.algorithm.isSymmetric { precondition(key.publicJWK != nil) }
    } catch {
        precondition(!error.reason.isEmpty)
    }
}

/// What is taken as base64url is the one spelling of its bytes.
private func base64URL(_ text: Span<UInt8>) {
    guard let bytes = Base64URL.decode(text) else { return }
    precondition(Array(Base64URL.encode(bytes.span).utf8) == (0..<text.count).map { text[$0] })
}

private func sign(header: [UInt8], payload: Span<UInt8>) -> [UInt8] {
    var token: [UInt8] = []
    Base64URL.append(header.span, to: &token)
    token.append(UInt8(ascii: "."))
    Base64URL.append(payload, to: &token)
    let code = Mac.code(of: token, secret: secret)
    token.append(UInt8(ascii: "."))
    Base64URL.append(code.span, to: &token)
    return token
}
