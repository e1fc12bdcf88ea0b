internal import AuthProxy
internal import Tokens

/// `POST refresh`: exchanges a refresh token for the next generation of its session.
///
/// A `refresh_token` in the body decides, and is answered by the token answer of RFC 6749 §5.1. Without one the cookie
/// is exchanged, and answered by 204 with new cookies. A cookie that differs from the token in the body is 400; where
/// both are the same, the answer also sets the cookies, which would be superseded otherwise.
enum RefreshEndpoint {
    /// Answers.
    static func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer {
        let given: String?
        do throws(BodyFields.Fault) {
            let fields = try BodyFields(request)
            if let grant = try fields.text("grant_type"), grant != "refresh_token" {
                return ReservedAnswer(
                    400, error: "unsupported_grant_type", message: "Only refresh_token is exchanged here.",
                    requestID: request.requestID)
            }
            given = try fields.text("refresh_token")
        } catch {
            return .refusing(error, request)
        }
        guard let given else { return await byCookie(request, services) }
        let token = Array(given.utf8)
        if request.isAmbiguous || request.refreshCookie.map({ $0 != token }) == true {
            return .ambiguous(requestID: request.requestID)
        }
        do throws(TokenError) {
            let tokens = try await exchange(token, request, services)
            var answer = ReservedAnswer(200)
            answer.body = TokenAnswer.body(tokens, now: services.manager.clock.now)
            if request.refreshCookie != nil { answer.cookies = .set(tokens) }
            return answer
        } catch {
            return refusal(error, request)
        }
    }

    private static func byCookie(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer {
        if let refusal = OriginRule.refusal(of: request) { return refusal }
        if request.isAmbiguous { return .ambiguous(requestID: request.requestID) }
        guard let cookie = request.refreshCookie else {
            if !request.body.isEmpty { return .invalidRequest("There is no refresh_token.", request) }
            return ReservedAnswer(.missing, requestID: request.requestID)
        }
        do throws(TokenError) {
            var answer = ReservedAnswer(204)
            answer.cookies = .set(try await exchange(cookie, request, services))
            return answer
        } catch {
            return refusal(error, request)
        }
    }

    /// Rotates, and writes the audit events of what happened.
    private static func exchange(
        _ token: [UInt8], _ request: ReservedRequest, _ services: ReservedServices
    ) async throws(TokenError) -> IssuedTokens {
        var presented: VerifiedToken?
        do throws(TokenError) {
            let refresh = try services.manager.verifyLocally(token.span, accepting: [.refresh], client: request.client)
            presented = refresh
            services.recordNotice(of: refresh, request)
            let result = try await services.manager.rotate(refresh, client: request.client)
            let generation = result.tokens.generation
            let (kind, identifier): (AuditEvent.Kind, String) =
                switch result.kind {
                case .rotated: (.tokenRefreshed(generation: generation), result.tokens.access.identifier)
                case .repeatedInGrace:
                    (.tokenRefreshReusedInGrace(generation: generation), result.presented.identifier)
                }
            services.record(
                kind, request, session: result.tokens.session, subject: result.tokens.subject, identifier: identifier)
            return result.tokens
        } catch {
            record(error, of: presented, request, services)
            throw error
        }
    }

    private static func record(
        _ error: TokenError, of presented: VerifiedToken?, _ request: ReservedRequest, _ services: ReservedServices
    ) {
        switch error {
        case .store, .missing: break
        case .binding:
            services.record(.bindingMismatch(signals: [], mode: .strict), request, session: nil, subject: nil)
        case .reused(let reference, let subject):
            services.record(
                .tokenReuseDetected(generation: presented?.generation ?? 0), request, session: reference.session,
                subject: subject, identifier: reference.identifier)
            services.record(
                .sessionEnded(reason: .reuse), request, session: reference.session, subject: subject)
        default:
            services.record(
                .tokenRejected(code: VerdictCode(error)), request, session: presented?.session,
                subject: presented?.subject, identifier: presented?.identifier)
        }
    }

    /// The refusal, which deletes cookies that cannot work any more. A store that cannot answer deletes none.
    private static func refusal(_ error: TokenError, _ request: ReservedRequest) -> ReservedAnswer {
        var answer = ReservedAnswer(error, requestID: request.requestID)
        guard request.refreshCookie != nil else { return answer }
        switch error {
        case .store: break
        // The session has ended, or the cookies are another client's: the access cookie is dead too.
        case .reused, .binding: answer.cookies = .cleared
        default: answer.cookies = .refreshCleared
        }
        return answer
    }
}
