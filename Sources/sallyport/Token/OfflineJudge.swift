internal import Tokens

/// Judges tokens by keys and rules alone.
struct OfflineJudge {
    private let verifier: TokenVerifier
    private let isSignatureOnly: Bool
    private let clock: WallClock

    init(_ keys: TokenKeys, algorithms: [SignatureAlgorithm], rules: VerificationRuleOptions) {
        verifier = TokenVerifier(
            keys: keys, algorithms: algorithms.isEmpty ? nil : Set(algorithms), rules: rules.offlineRules)
        isSignatureOnly = rules.signatureOnly
        clock = rules.clock
    }

    func judge(_ token: Span<UInt8>) -> TokenAnswer {
        do throws(TokenError) {
            guard isSignatureOnly else {
                return TokenAnswer(claims: .object(try verifier.verify(token, now: clock.now)))
            }
            let payload = try verifier.verifySignature(token)
            do throws(JSONError) {
                return TokenAnswer(claims: try JSONParser.parse(payload.span))
            } catch {
                return TokenAnswer(claims: nil)
            }
        } catch {
            return TokenAnswer(error)
        }
    }
}
