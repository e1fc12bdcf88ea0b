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
            switch try await manager.judge(token, accepting: types, client: client) {
            case .valid(let token): verified = token
            case .expired: return .invalid(.expired)
            }
        } catch {
            return .invalid(error)
        }
        do throws(TokenStoreError) {
            if let foreign = verified.foreign {
                let verdict = try await manager.store.denial(of: foreign, now: manager.clock.now)
                return verdict.isDenied ? .invalid(.revoked) : .valid(claims: verified.claims)
            }
            guard case .live = try await manager.store.verdict(on: verified.reference, now: manager.clock.now) else {
                return .invalid(.revoked)
            }
            return .valid(claims: verified.claims)
        } catch {
            throw .storeUnreachable("\(error)")
        }
    }
}
