internal import AuthProxy
internal import Tokens

/// `POST logout`: ends the sessions that the request's credentials name.
///
/// A bearer token, the access cookie and the refresh cookie count, also where they have expired; one that was issued to
/// another client does not, and neither does one whose signature is not good. A foreign token, which has no session here, is
/// denied until it expires. The answer is 204 with both cookies
/// deleted, whether a session lived or not, or 303 to an allowed `return_to` of the body. A `return_to` that is not
/// allowed (``ReturnTarget``), or a body that cannot be read, does not keep anybody signed in: the answer is 204 then.
/// A store that cannot answer is 503, and no cookie is deleted: the session would live on, out of the user's reach.
enum LogoutEndpoint {
    /// Answers.
    static func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer {
        if request.isAmbiguous { return ambiguous(request) }
        do throws(TokenError) {
            try await endNamedSessions(request, services, reason: .logout)
        } catch {
            return ReservedAnswer(error, requestID: request.requestID)
        }
        return signedOut(request)
    }

    /// The answer to a request that cannot be told whose it is: the cookies go, but no session does.
    static func ambiguous(_ request: ReservedRequest) -> ReservedAnswer {
        var answer = ReservedAnswer.ambiguous(requestID: request.requestID)
        answer.cookies = .cleared
        return answer
    }

    /// The answer after a session has ended.
    static func signedOut(_ request: ReservedRequest) -> ReservedAnswer {
        var answer = ReservedAnswer(204)
        if let location = location(request) {
            answer = ReservedAnswer(303)
            answer.fields.append(("Location", location))
        }
        answer.cookies = .cleared
        return answer
    }

    /// Ends each session that a credential of the request names.
    static func endNamedSessions(
        _ request: ReservedRequest, _ services: ReservedServices, reason: AuditEvent.EndReason
    ) async throws(TokenError) {
        var done: Set<String> = []
        for token in try namedTokens(request, services) {
            if let foreign = token.foreign {
                guard try await services.manager.deny(foreign, expiresAt: token.expiresAt) else { continue }
                services.record(
                    .tokenRevoked(type: token.type), request, session: foreign.session, subject: foreign.subject,
                    identifier: foreign.identifier)
                continue
            }
            guard done.insert(token.session).inserted else { continue }
            guard try await services.manager.endSession(token.session) else { continue }
            services.record(.sessionEnded(reason: reason), request, session: token.session, subject: token.subject)
        }
    }

    /// - Throws: `.issuerUnavailable` for a foreign token that cannot be judged: it would live on.
    private static func namedTokens(
        _ request: ReservedRequest, _ services: ReservedServices
    ) throws(TokenError) -> [VerifiedToken] {
        let credentials: [([UInt8]?, Set<TokenType>)] = [
            (request.bearer, [.access, .refresh]), (request.accessCookie, [.access]),
            (request.refreshCookie, [.refresh]),
        ]
        var tokens: [VerifiedToken] = []
        for case (let bytes?, let types) in credentials {
            do throws(TokenError) {
                switch try services.manager.judgeLocally(bytes.span, accepting: types, client: request.client) {
                case .valid(let token), .expired(let token): tokens.append(token)
                }
            } catch {
                // It names no session that this client may end; of another client's token somebody should know.
                if error == .issuerUnavailable { throw error }
                guard error == .binding else { continue }
                services.record(.bindingMismatch(signals: [], mode: .strict), request, session: nil, subject: nil)
            }
        }
        return tokens
    }

    private static func location(_ request: ReservedRequest) -> String? {
        do throws(BodyFields.Fault) {
            return try BodyFields(request).text("return_to").flatMap(ReturnTarget.location)
        } catch {
            return nil
        }
    }
}
