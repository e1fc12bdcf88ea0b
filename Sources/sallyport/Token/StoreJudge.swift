internal import Tokens

/// Judges tokens as the proxy would, its store included, but leaves no trace: a token that is looked at here was not
/// presented by its client, and confirms no generation.
struct StoreJudge {
    let manager: JWTManager
    let types: Set<TokenType>
    let client: ClientIdentity

    /// - Throws: `.storeUnreachable` when the store cannot say.
    func judge(_ token: [UInt8]) async throws(CommandFailure) -> TokenJudgement {
        let verified: VerifiedToken
        do throws(TokenError) {
            verified = try manager.verifyLocally(token.span, accepting: types, client: client)
        } catch {
            return .invalid(error)
        }
        do throws(TokenStoreError) {
            guard case .live = try await manager.store.verdict(on: verified.reference, now: manager.clock.now) else {
                return .invalid(.revoked)
            }
            return .valid(claims: verified.claims)
        } catch {
            throw .storeUnreachable("\(error)")
        }
    }
}
