internal import Tokens

/// The end of what a foreign token opens here: it has no session that could be ended, so that it is denied.
extension Authenticator {
    /// Denies a foreign token that a request has brought, or all that its user had until now.
    func deny(
        _ token: VerifiedToken, ofUser: Bool, client: ClientIdentity, requestID: String
    ) async throws(TokenError) {
        guard let foreign = token.foreign else { return }
        if ofUser, let subject = foreign.subject {
            try await manager.deny(DenialKey(.subject, issuer: foreign.issuer, name: subject))
        } else {
            _ = try await manager.deny(foreign, expiresAt: token.expiresAt)
        }
        audit(
            .sessionEnded(reason: .application), session: foreign.session, subject: foreign.subject, client: client,
            requestID: requestID)
    }
}
