import Tokens

/// Fuzzes JSON Web Keys and sets of them (RFC 7517), as a file or an issuer gives them. Beyond "no trap": what is taken is
/// a key of an algorithm that is known and allowed, never one for another use, and its public form is taken again as
/// the same key; what is refused is refused with a reason that holds none of the text.
@c(LLVMFuzzerTestOneInput)
public func fuzzJWK(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe Span<UInt8>(_unsafeStart: data, count: count)
    let text = (0..<count).map { input[$0] }
    take(text, algorithms: nil)
    take(text, algorithms: [.es256, .edDSA])
    return 0
}

private func take(_ text: [UInt8], algorithms: Set<SignatureAlgorithm>?) {
    do throws(TokenKeyError) {
        let keys = try TokenKeys(json: text, algorithms: algorithms)
        precondition(!keys.all.isEmpty && keys.algorithms == Set(keys.all.map(\.algorithm)))
        for key in keys.all {
            if let algorithms { precondition(algorithms.contains(key.algorithm)) }
            if key.algorithm.isSymmetric {
                precondition(key.publicJWK == nil && key.publicPEM == nil, "a secret is never given out")
            } else {
                check(key)
            }
        }
        if let single = object(text), single["keys"] == nil {
            precondition(single["use"] == nil || single["use"] == "sig")
            // A key without one stands for each algorithm that it is good for.
            if let name = single["alg"]?.string { precondition(keys.all.map(\.algorithm.rawValue) == [name]) }
        }
    } catch {
        precondition(!error.reason.isEmpty)
    }
}

/// A key's public form is the same key, and tells nothing that is private.
private func check(_ key: TokenKey) {
    guard let jwk = key.publicJWK else { preconditionFailure("a key pair has no public form") }
    for name in ["d", "p", "q", "dp", "dq", "qi", "k"] { precondition(jwk[name] == nil) }
    do throws(TokenKeyError) {
        let again = try TokenKeys(json: JSONWriter.bytes(.object(jwk))).all
        precondition(again.contains { $0.publicJWK == jwk } && !again.contains { $0.canSign })
    } catch {
        preconditionFailure("a key's own public form is refused")
    }
}

private func object(_ text: [UInt8]) -> JSONObject? {
    do throws(JSONError) { return try JSONParser.parse(text.span).object } catch { return nil }
}
