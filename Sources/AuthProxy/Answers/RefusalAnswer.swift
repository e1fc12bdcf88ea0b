internal import Configuration
internal import HTTPWire

/// What a refused client is told: an API gets the status with RFC 6750's challenge, a body with a stable code, and the
/// route's CORS fields; a browser that opens a page is sent to the login page.
enum RefusalAnswer {
    /// Makes the answer.
    ///
    /// - Parameters:
    ///   - preference: whether the request opens a page, as far as it tells.
    ///   - origin: the Origin field's value.
    static func make(
        _ refusal: Refusal, route: Route, preference: AcceptPreference, origin: String?, cookies: SessionCookies,
        requestID: String, now: Int64
    ) -> LocalAnswer {
        let configuration = route.configuration
        let isNavigation =
            preference == .navigation || (preference == .undecided && configuration.defaultClientKind == .navigation)
        var answer: LocalAnswer
        if refusal.status == 401, isNavigation, let login = configuration.loginURL {
            answer = LocalAnswer(303)
            answer.fields.append(("Location", login))
        } else {
            answer = plain(refusal, requestID: requestID)
        }
        allow(origin, by: configuration, &answer)
        answer.cookies = cookies.lines(refusal.cookies, now: now)
        return answer
    }

    /// The refusal as a program is told: status, challenge and body, without cookies and without CORS.
    static func plain(_ refusal: Refusal, requestID: String) -> LocalAnswer {
        var answer = LocalAnswer(
            refusal.status, error: error(refusal), code: refusal.code.text.description, message: refusal.message,
            requestID: requestID)
        challenge(refusal, &answer)
        if refusal.status == 503 { answer.fields.append(("Retry-After", "1")) }
        return answer
    }

    /// The fields that let a page of another origin read the refusal (Fetch, CORS protocol).
    static func allow(_ origin: String?, by configuration: RouteConfiguration, _ answer: inout LocalAnswer) {
        guard !configuration.allowedOrigins.isEmpty else { return }
        answer.fields.append(("Vary", "Origin"))
        guard let origin, configuration.allowedOrigins.contains(origin) else { return }
        answer.fields.append(("Access-Control-Allow-Origin", origin))
        answer.fields.append(("Access-Control-Allow-Credentials", "true"))
        answer.fields.append(("Access-Control-Expose-Headers", "WWW-Authenticate"))
    }

    /// RFC 6750 §3: no error where no credential was presented.
    private static func challenge(_ refusal: Refusal, _ answer: inout LocalAnswer) {
        switch (answer.status, refusal.code) {
        case (401, .tokenMissing): answer.fields.append(("WWW-Authenticate", "Bearer realm=\"sallyport\""))
        case (401, _), (400, _), (403, _):
            answer.fields.append(
                (
                    "WWW-Authenticate",
                    "Bearer realm=\"sallyport\", error=\"\(error(refusal))\", error_description=\"\(refusal.message)\""
                ))
        default: break
        }
    }

    private static func error(_ refusal: Refusal) -> String {
        switch refusal.status {
        case 400: "invalid_request"
        case 403: "insufficient_scope"
        case 503: "temporarily_unavailable"
        default: "invalid_token"
        }
    }
}
