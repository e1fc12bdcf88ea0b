internal import AuthProxy
internal import Tokens

/// `POST logout-everywhere`: ends all sessions of the user. Of the user of a foreign issuer, the tokens that were issued until
/// now are denied.
///
/// That takes an access token that lives, or a refresh cookie that does. A token that is dead has no say over the
/// user's other sessions: the answer is that of ``LogoutEndpoint`` then, 204 with both cookies deleted, and at most the
/// session that the token names ends.
enum LogoutEverywhereEndpoint {
    /// Answers.
    static func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer {
        if request.isAmbiguous { return LogoutEndpoint.ambiguous(request) }
        if let refusal = request.refusal, refusal.status == 503 { return .refusing(request) }
        do throws(TokenError) {
            if let foreign = request.identity?.foreign, let subject = foreign.subject {
                try await services.manager.deny(DenialKey(.subject, issuer: foreign.issuer, name: subject))
                services.record(
                    .sessionEnded(reason: .logoutEverywhere), request, session: foreign.session, subject: subject)
            } else if let token = request.identity, let subject = token.subject {
                try await endAll(of: subject, token, request, services)
            }
            try await LogoutEndpoint.endNamedSessions(request, services, reason: .logoutEverywhere)
        } catch {
            return ReservedAnswer(error, requestID: request.requestID)
        }
        return LogoutEndpoint.signedOut(request)
    }

    /// Ends them, with an audit event for each that was known.
    private static func endAll(
        of subject: String, _ token: VerifiedToken, _ request: ReservedRequest, _ services: ReservedServices
    ) async throws(TokenError) {
        var sessions = try await services.manager.sessions(of: subject).map(\.identifier)
        // A token that stands for itself has a session without a record.
        if !sessions.contains(token.session) { sessions.append(token.session) }
        guard try await services.manager.endAllSessions(of: subject) > 0 else { return }
        for session in sessions {
            services.record(.sessionEnded(reason: .logoutEverywhere), request, session: session, subject: subject)
        }
    }
}
