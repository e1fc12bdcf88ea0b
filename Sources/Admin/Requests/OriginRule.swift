internal import AuthProxy

/// Keeps pages of other origins from using a browser's cookies (cross-site request forgery).
///
/// What the browser says decides, in this order:
/// 1. `Sec-Fetch-Site` other than `same-origin` is foreign. `none` is too: nobody types a POST into the address line.
/// 2. An `Origin` that is not this host's is foreign, whatever else is said. `Origin: null` is foreign unless
///    `Sec-Fetch-Site` vouches for it: a form on a page with `Referrer-Policy: no-referrer` sends it (Fetch, "append a
///    request `Origin` header"), and so does a sandboxed frame, whose `Sec-Fetch-Site` is `cross-site`.
/// 3. With neither field nothing is known: command-line clients, and browsers of before 2020.
///
/// A foreign request is refused even without cookies: its answer would delete or set some. Where nothing is known, it
/// is refused if cookies authenticate it. A bearer token, or a refresh token in the body, authenticates by itself: a
/// page of another origin cannot add the one (that takes a CORS preflight, which the reserved path never allows) and
/// does not have the other.
enum OriginRule {
    /// What the browser says of the page that sent a request.
    enum Finding: Equatable {
        case sameOrigin
        case foreign
        case unknown
    }

    /// The refusal of a request that changes something; nil if it may go on. Where a refresh token may come in the
    /// body, the endpoint asks ``refusal(of:)`` itself once it knows.
    static func refusal(of request: ReservedRequest, at endpoint: Endpoint) -> ReservedAnswer? {
        guard endpoint.isUnsafe, endpoint != .refresh, request.bearer == nil else { return nil }
        return refusal(of: request)
    }

    /// The refusal of a request that nothing but cookies authenticates.
    static func refusal(of request: ReservedRequest) -> ReservedAnswer? {
        let hasCookies = request.accessCookie != nil || request.refreshCookie != nil || request.isAmbiguous
        switch finding(request) {
        case .sameOrigin: return nil
        case .unknown where !hasCookies: return nil
        case .unknown, .foreign:
            return ReservedAnswer(
                403, error: "forbidden",
                message: "With cookies this takes a page of the same origin (the Origin or Sec-Fetch-Site field).",
                requestID: request.requestID)
        }
    }

    /// Judges the two fields.
    static func finding(_ request: ReservedRequest) -> Finding {
        let isVouchedFor = request.fetchSite == "same-origin"
        guard request.fetchSite == nil || isVouchedFor else { return .foreign }
        guard let origin = request.origin else { return isVouchedFor ? .sameOrigin : .unknown }
        if origin == "null" { return isVouchedFor ? .sameOrigin : .foreign }
        return SameOrigin.holds(origin, authority: request.authority, scheme: request.scheme) ? .sameOrigin : .foreign
    }
}
