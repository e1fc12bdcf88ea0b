internal import SallyportConfiguration
internal import EventIO
internal import HTTPWire
internal import Tokens

/// The slow path of authentication, as straight async code: a token seen for the first time, a refresh, a question to the
/// store. It belongs to one loop, and its tasks run on that loop's thread.
///
/// The order of the outcome table: a token that is good in itself is asked for in the store; one that is absent or expired
/// may be healed by a refresh cookie; one that is anything else is refused and never refreshed. A store that cannot answer
/// is 503, whatever else is true.
final class Authenticator {
    let manager: JWTManager
    let cache: VerifiedTokenCache
    private let desk: RotationDesk
    /// The generation of the cache's contents that it may add to.
    private let cacheGeneration: Int
    private let refreshAheadSeconds: Int64
    private let audit: AuditLog
    let counters: LoopCounters

    init(
        manager: JWTManager, cache: VerifiedTokenCache, desk: RotationDesk, refreshAheadSeconds: Int64,
        audit: AuditLog, counters: LoopCounters
    ) {
        self.manager = manager
        self.cache = cache
        cacheGeneration = cache.generation
        self.desk = desk
        self.refreshAheadSeconds = refreshAheadSeconds
        self.audit = audit
        self.counters = counters
    }

    /// Decides about a request; never ``AuthDecision/ask``.
    func authenticate(_ request: AuthRequest, route: Route) async -> AuthDecision {
        await decide(judge(request, route), request, route)
    }

    // MARK: The access token

    /// What a request's access token is worth.
    enum Judgement {
        /// There is none.
        case absent
        /// It is good, and the store has said so.
        case known(VerifiedEntry)
        /// It is good in itself; the store is to be asked.
        case genuine(Question)
        /// It is good but for its end.
        case expired(VerifiedToken)
        /// It is signed with a key that is not known; its issuer may be asked for newer ones.
        case unresolved
        case refused(Refusal)
    }

    /// What the store is to be asked about a token that was found good in itself.
    struct Question {
        let token: VerifiedToken
        /// Its entry, where the loop had verified it before.
        let known: VerifiedEntry?
        /// The cache's mark when it was found good: whatever was announced since, of its session or of the keys, makes it unfit to
        /// be kept.
        let mark: UInt64
        /// When that was, in seconds since the epoch.
        let now: Int64
    }

    /// Judges a request's access token, as far as nobody has to be waited for; once, because what it finds is audited.
    func judge(_ request: AuthRequest, _ route: Route) -> Judgement {
        guard request.hasAccess else { return .absent }
        let judgement: Judgement
        // What the cache holds since a reload was judged by other rules than those that this request follows.
        if let known = cache.generation == cacheGeneration ? request.known(in: cache) : nil {
            guard known.token.expiresAt > manager.clock.now else { return .expired(known.token) }
            if known.epoch == cache.epoch, known.slot >= 0 { return .known(known) }
            judgement = .genuine(question(known.token, known: known))
        } else {
            do throws(TokenError) {
                judgement = self.judgement(
                    try manager.judgeLocally(request.access, accepting: [.access, .websocket], client: request.client),
                    request)
            } catch {
                if error == .keyUnknown || error == .issuerUnavailable { return .unresolved }
                return .refused(refusal(error, request))
            }
        }
        guard case .genuine(let question) = judgement else { return judgement }
        do throws(TokenError) {
            guard let answer = try manager.checkRevocationAtOnce(question.token) else { return judgement }
            return self.judgement(answer, to: question, request)
        } catch {
            return self.judgement(error, to: question, request, route)
        }
    }

    /// The decision where a judgement is enough for it; nil where somebody has to be waited for.
    func decision(on judgement: Judgement, _ request: AuthRequest, _ route: Route) -> AuthDecision? {
        switch judgement {
        case .genuine, .unresolved: return nil
        case .refused(let refusal): return .refuse(refusal)
        case .known(let entry): return isRenewable(entry, request, route) ? nil : AuthPhase.admit(entry, to: route)
        case .absent: return isHealable(nil, request, route) ? nil : goWithout(request, route, expired: nil)
        case .expired(let token):
            // Its type comes before its expiry: one that the route does not take was never going to open it.
            guard route.accepts(token.type) else {
                let error = TokenError.type(expected: .access, found: token.type.rawValue)
                return .refuse(refusal(error, request, token: token))
            }
            return isHealable(token, request, route) ? nil : goWithout(request, route, expired: token)
        }
    }

    /// Decides about a request in any case: waits for whoever has to answer, then for a refresh.
    ///
    /// - Parameter judgement: what ``judge(_:_:)`` has said of this request.
    func decide(_ judgement: Judgement, _ request: AuthRequest, _ route: Route) async -> AuthDecision {
        let judgement = await settle(judgement, request, route)
        if let decision = decision(on: judgement, request, route) { return decision }
        guard let refresh = request.refresh else { return .refuse(.unanswered) }
        switch judgement {
        case .known(let entry): return await renew(entry, request, refresh, route)
        case .absent: return await heal(request, refresh, route, expired: nil)
        case .expired(let token): return await heal(request, refresh, route, expired: token)
        case .genuine, .unresolved, .refused: return .refuse(.unanswered)
        }
    }

    /// Asks whoever has to be asked about an access token: its issuer for keys, the store for a verdict.
    private func settle(_ judgement: Judgement, _ request: AuthRequest, _ route: Route) async -> Judgement {
        var judgement = judgement
        if case .unresolved = judgement {
            do throws(TokenError) {
                let token = request.accessCopy
                judgement = self.judgement(
                    try await manager.judge(token, accepting: [.access, .websocket], client: request.client), request)
            } catch {
                return .refused(refusal(error, request))
            }
        }
        // It may have been taken out since, in the same turn.
        if case .known(let entry) = judgement, entry.slot < 0 || entry.epoch != cache.epoch {
            judgement = .genuine(question(entry.token, known: entry))
        }
        guard case .genuine(let question) = judgement else { return judgement }
        let began = MonotonicTime.microseconds
        defer { counters.note(.store, microseconds: MonotonicTime.microseconds - began) }
        do throws(TokenError) {
            return self.judgement(try await manager.checkRevocation(question.token), to: question, request)
        } catch {
            return self.judgement(error, to: question, request, route)
        }
    }

    private func judgement(_ verdict: LocalVerdict, _ request: AuthRequest) -> Judgement {
        switch verdict {
        case .expired(let token): return .expired(token)
        case .valid(let token):
            if let notice = token.bindingNotice { report(notice, of: token, request, mode: .log) }
            return .genuine(question(token, known: nil))
        }
    }

    private func question(_ token: VerifiedToken, known: VerifiedEntry?) -> Question {
        Question(token: token, known: known, mark: cache.mark, now: manager.clock.now)
    }

    /// The store has said that the token lives: it is remembered where its changes are announced.
    private func judgement(_ answer: RevocationCheck, to question: Question, _ request: AuthRequest) -> Judgement {
        let token = question.token
        guard
            let entry = question.known
                ?? request.entry(
                    token, cache: cache, refreshAheadSeconds: refreshAhead(of: token), now: question.now)
        else { return .refused(Refusal(.missing)) }
        entry.checkedAt = question.now
        let isFit = cache.generation == cacheGeneration && !cache.isUnfit(token, since: question.mark)
        if answer.isWatched, isFit {
            if entry.slot >= 0 { cache.remove(entry) }
            cache.insert(entry, now: question.now)
        } else if entry.slot >= 0 {
            cache.remove(entry)
        }
        return .known(entry)
    }

    /// The store has said that the token does not live, or nothing.
    private func judgement(_ error: TokenError, to question: Question, _ request: AuthRequest, _ route: Route)
        -> Judgement
    {
        switch error {
        case .expired: return .expired(question.token)
        case .store(let failure):
            counters.count(store: failure.kind)
            let staleness = manager.clock.now - (question.known?.checkedAt ?? 0)
            let most = route.configuration.staleOKSeconds
            // One that an announcement has taken out since is no known verdict any more.
            if let known = question.known, known.slot >= 0, most > 0, staleness <= most { return .known(known) }
            return .refused(refusal(error, request))
        default:
            if let known = question.known { cache.remove(known) }
            return .refused(refusal(error, request, token: question.token))
        }
    }

    /// Whether a good token is due for a refresh, and the request brings what that takes.
    private func isRenewable(_ entry: VerifiedEntry, _ request: AuthRequest, _ route: Route) -> Bool {
        manager.clock.now >= entry.refreshAt && route.mayRefresh && route.accepts(entry.token.type)
            && request.refresh != nil
    }

    /// Whether a refresh may take the place of a token that is absent or expired. A foreign one is not healed by a cookie of
    /// ours: that would be another identity.
    private func isHealable(_ expired: VerifiedToken?, _ request: AuthRequest, _ route: Route) -> Bool {
        route.mayRefresh && expired?.foreign == nil && request.refresh != nil
    }

    /// How long before its expiry a token is refreshed. Near the absolute end of a session its tokens are short, and a refresh
    /// makes them shorter still: a quarter of each is used, so that not every request is one.
    private func refreshAhead(of token: VerifiedToken) -> Int64 {
        guard manager.settings.sessionAbsoluteSeconds != nil else { return refreshAheadSeconds }
        let lifetime = token.expiresAt - token.issuedAt
        return min(refreshAheadSeconds, lifetime - max(lifetime / 4, 1))
    }

    /// The refusal for a token that is not good, with the cookies that it makes useless and what is to be audited.
    private func refusal(_ error: TokenError, _ request: AuthRequest, token: VerifiedToken? = nil) -> Refusal {
        let isCookie = request.source == .cookie
        let refusal = Refusal(error)
        switch error {
        case .store, .issuerUnavailable: return refusal
        case .binding:
            report(.strict, request)
            return refusal.clearing(access: isCookie, refresh: isCookie && request.refresh != nil)
        case .revoked:
            // Without its refresh cookie too: an explicit revocation is not healed by the next request either.
            reject(.tokenRevoked, request, token: token)
            return refusal.clearing(access: isCookie, refresh: isCookie && request.refresh != nil)
        default:
            reject(refusal.code, request, token: token)
            return refusal.clearing(access: isCookie, refresh: false)
        }
    }

    // MARK: Refresh

    /// What a refresh cookie came to.
    private enum Renewal {
        case renewed(IssuedTokens)
        /// It will never work again; why.
        case useless(Refusal)
        /// It belongs to somebody else, or the store cannot answer: the request is refused.
        case refused(Refusal)
        /// The store cannot answer.
        case unanswered(Refusal)
        /// It is of another session than the explicit credential beside it, and no business of this request: it stays.
        case foreign
    }

    /// A request whose access token is absent or expired.
    private func heal(_ request: AuthRequest, _ refresh: [UInt8], _ route: Route, expired: VerifiedToken?) async
        -> AuthDecision
    {
        switch await rotate(request, refresh, expired: expired) {
        case .renewed(let tokens): return admit(renewed: tokens, request, route)
        case .useless(let refusal):
            return goWithout(route, refusal.clearing(access: request.source == .cookie, refresh: true))
        case .refused(let refusal), .unanswered(let refusal): return .refuse(refusal)
        case .foreign: return goWithout(route, Refusal(expired == nil ? .missing : .expired))
        }
    }

    /// A request whose access token is absent or expired, and that brings nothing to heal it.
    private func goWithout(_ request: AuthRequest, _ route: Route, expired: VerifiedToken?) -> AuthDecision {
        let refusal = Refusal(expired == nil ? .missing : .expired)
        if expired != nil { reject(refusal.code, request, token: expired) }
        return goWithout(route, refusal.clearing(access: request.source == .cookie, refresh: false))
    }

    /// A request whose access token is good, but not for long.
    private func renew(_ entry: VerifiedEntry, _ request: AuthRequest, _ refresh: [UInt8], _ route: Route) async
        -> AuthDecision
    {
        switch await rotate(request, refresh, expired: entry.token) {
        case .renewed(let tokens): return admit(renewed: tokens, request, route)
        case .unanswered, .foreign: return AuthPhase.admit(entry, to: route)
        // Another client's: of no use here, but the access token stands for itself.
        case .refused: return admit(entry, route, .clear(access: false, refresh: true))
        case .useless(let refusal):
            // A reuse has ended the session, and this access token with it.
            if refusal.cookies.clearsAccess { return .refuse(refusal) }
            return admit(entry, route, .clear(access: false, refresh: true))
        }
    }

    /// The successor of an access token: its claims decide, and its cookies are set whatever they decide.
    private func admit(renewed tokens: IssuedTokens, _ request: AuthRequest, _ route: Route) -> AuthDecision {
        admit(request.successor(tokens.access, now: manager.clock.now), route, .set(tokens))
    }

    /// Holds a good token against the route, with what happens to the cookies in any case.
    private func admit(_ entry: VerifiedEntry, _ route: Route, _ change: CookieChange) -> AuthDecision {
        guard case .refuse(var refusal) = AuthPhase.admit(entry, to: route) else { return .proceed(entry, change) }
        refusal.cookies = change
        return .refuse(refusal)
    }

    private func goWithout(_ route: Route, _ refusal: Refusal) -> AuthDecision {
        route.authentication == .optional ? .proceed(nil, refusal.cookies) : .refuse(refusal)
    }

    /// Exchanges the refresh cookie.
    ///
    /// - Parameter expired: the access token that came with it. One from the Authorization field or a subprotocol has to be
    ///   of the same session: a cookie must not lend another user's identity to an explicit credential.
    private func rotate(_ request: AuthRequest, _ refresh: [UInt8], expired: VerifiedToken?) async -> Renewal {
        let verified: VerifiedToken
        do throws(TokenError) {
            switch try manager.judgeLocally(refresh.span, accepting: [.refresh], client: request.client) {
            case .expired: return .useless(Refusal(.expired))
            case .valid(let valid): verified = valid
            }
        } catch {
            let refusal = Refusal(error)
            guard error == .binding else { return .useless(refusal) }
            report(.strict, request)
            return .refused(refusal.clearing(access: request.source == .cookie, refresh: true))
        }
        if let expired, request.source != .cookie, expired.session != verified.session {
            return .foreign
        }
        let client = request.client
        let manager = manager
        let counters = counters
        let (outcome, isFirst) = await desk.rotate(request.rotationKey(refresh)) {
            let began = MonotonicTime.microseconds
            defer { counters.note(.store, microseconds: MonotonicTime.microseconds - began) }
            do throws(TokenError) {
                return .success(try await manager.rotate(verified, client: client))
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let result):
            if isFirst { report(result, request) }
            return .renewed(result.tokens)
        case .failure(let error):
            return failed(error, request, verified, isFirst: isFirst)
        }
    }

    private func failed(_ error: TokenError, _ request: AuthRequest, _ refresh: VerifiedToken, isFirst: Bool) -> Renewal
    {
        switch error {
        case .store(let failure):
            if isFirst { counters.count(store: failure.kind) }
            return .unanswered(Refusal(error))
        case .reused(let reference, let subject):
            if isFirst {
                let generation = refresh.generation ?? 0
                record(
                    .tokenReuseDetected(generation: generation), request, session: reference.session, subject: subject,
                    identifier: reference.identifier)
                record(.sessionEnded(reason: .reuse), request, session: reference.session, subject: subject)
            }
            return .useless(Refusal(error).clearing(access: true, refresh: true))
        default: return .useless(Refusal(error))
        }
    }

    /// Whose session a request without an identity names: by an access token or a refresh cookie that is genuine and bound
    /// to this client, expired or not. Good for ending that session, and for nothing else.
    func holder(of request: AuthRequest) -> VerifiedToken? {
        if request.hasAccess, let token = genuine(request.access, [.access, .websocket], request) { return token }
        return request.refresh.flatMap { genuine($0.span, [.refresh], request) }
    }

    private func genuine(_ token: Span<UInt8>, _ types: Set<TokenType>, _ request: AuthRequest) -> VerifiedToken? {
        do throws(TokenError) {
            switch try manager.judgeLocally(token, accepting: types, client: request.client) {
            case .valid(let token), .expired(let token): return token.foreign == nil ? token : nil
            }
        } catch {
            // Nothing that could be believed: there is no session to end.
            return nil
        }
    }

    // MARK: Settling

    /// What of a cookie change still holds when the answer is at hand: a successor that was replaced meanwhile, or whose
    /// session has ended, is not set any more. When the store cannot tell, nothing is set: the old cookie still works.
    func settle(_ change: CookieChange) async -> CookieChange {
        guard case .set(let tokens) = change else { return change }
        do throws(TokenError) {
            guard let record = try await manager.session(tokens.session), record.current.number <= tokens.generation
            else { return .none }
            return change
        } catch {
            if case .store(let failure) = error { counters.count(store: failure.kind) }
            return .none
        }
    }

    // MARK: Reports

    private func report(_ result: RotationResult, _ request: AuthRequest) {
        let generation = result.tokens.generation
        let kind: AuditEvent.Kind =
            result.kind == .rotated
            ? .tokenRefreshed(generation: generation) : .tokenRefreshReusedInGrace(generation: generation)
        record(
            kind, request, session: result.tokens.session, subject: result.tokens.subject,
            identifier: result.kind == .rotated ? result.tokens.access.identifier : result.presented.identifier)
    }

    private func report(
        _ notice: BindingMismatch, of token: VerifiedToken, _ request: AuthRequest, mode: AuditEvent.BindingMode
    ) {
        var signals: AuditEvent.BindingSignals = []
        if notice.address { signals.insert(.address) }
        if notice.userAgent { signals.insert(.userAgent) }
        record(
            .bindingMismatch(signals: signals, mode: mode), request, session: token.sessionName, subject: token.subject,
            identifier: token.identifier)
    }

    private func report(_ mode: AuditEvent.BindingMode, _ request: AuthRequest) {
        record(.bindingMismatch(signals: [], mode: mode), request, session: nil, subject: nil)
    }

    private func reject(_ code: VerdictCode, _ request: AuthRequest, token: VerifiedToken?) {
        record(
            .tokenRejected(code: code), request, session: token?.sessionName, subject: token?.subject,
            identifier: token?.identifier)
    }

    /// Writes an audit event about what an answer did to a session.
    func audit(
        _ kind: AuditEvent.Kind, session: String?, subject: String?, client: ClientIdentity, requestID: String
    ) {
        audit.record(
            AuditEvent(kind, sid: session, sub: subject, clientAddress: client.address, requestID: requestID))
    }

    private func record(
        _ kind: AuditEvent.Kind, _ request: AuthRequest, session: String?, subject: String?, identifier: String? = nil
    ) {
        audit.record(
            AuditEvent(
                kind, sid: session, sub: subject, jti: identifier, clientAddress: request.client.address,
                requestID: request.requestID))
    }
}

extension VerifiedToken {
    /// The session's name for logs, whoever has issued the token.
    var sessionName: String? { foreign == nil ? session : foreign?.session }
}

extension CookieChange {
    /// Whether the access cookie is deleted.
    var clearsAccess: Bool { if case .clear(true, _) = self { true } else { false } }
}
