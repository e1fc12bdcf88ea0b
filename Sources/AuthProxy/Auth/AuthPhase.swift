internal import SallyportConfiguration
internal import HTTPWire

/// The part of authentication that needs nobody: it decides at once where the loop knows the token already, and says
/// ``AuthDecision/ask`` otherwise. No allocation, no lock, no system call.
enum AuthPhase {
    /// Decides about a request.
    ///
    /// - Parameter now: seconds since the epoch.
    @inline(__always)
    static func decide(
        _ credentials: Credentials, route: Route, cache: VerifiedTokenCache, userAgent: ByteRange?,
        address: IPAddress, in bytes: RawSpan, now: Int64
    ) -> AuthDecision {
        if route.authentication == .none { return .proceed(nil, .none) }
        if case .ambiguous = credentials.refresh { return .refuse(.ambiguous) }
        switch credentials.access {
        case .ambiguous: return .refuse(.ambiguous)
        case .malformed:
            return .refuse(Refusal(.malformed("")).clearing(access: credentials.source == .cookie, refresh: false))
        case .none:
            if case .none = credentials.refresh { return withoutCredentials(route) }
            if !route.mayRefresh { return withoutCredentials(route) }
            return .ask
        case .token(let token):
            guard let entry = cache.find(token, userAgent: userAgent, address: address, in: bytes),
                entry.epoch == cache.epoch, entry.token.expiresAt > now
            else { return .ask }
            if now >= entry.refreshAt, route.mayRefresh, case .token = credentials.refresh { return .ask }
            return admit(entry, to: route)
        }
    }

    /// What becomes of a request that brings nothing.
    static func withoutCredentials(_ route: Route) -> AuthDecision {
        route.authentication == .optional ? .proceed(nil, .none) : .refuse(Refusal(.missing))
    }

    /// The route's own conditions on a token that is good in itself.
    @inline(__always)
    static func admit(_ entry: VerifiedEntry, to route: Route) -> AuthDecision {
        guard route.accepts(entry.token.type) else {
            return .refuse(Refusal(.type(expected: .access, found: entry.token.type.rawValue)))
        }
        guard route.acceptedIssuers & entry.issuerBit != 0 else { return .refuse(Refusal(.issuer)) }
        guard entry.meets(route) else { return .refuse(.insufficientClaims(route)) }
        return .proceed(entry, .none)
    }
}
