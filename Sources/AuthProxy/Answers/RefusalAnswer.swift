internal import SallyportConfiguration
internal import HTTPWire

/// What a refused client is told: an API gets the status with RFC 6750's challenge and a body with a stable code; a browser
/// that opens a page is sent to the login page.
enum RefusalAnswer {
    /// Makes the answer.
    ///
    /// - Parameter preference: whether the request opens a page, as far as it tells.
    static func make(
        _ refusal: Refusal, route: Route, preference: AcceptPreference, cookies: SessionCookies, requestID: String,
        now: Int64
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
        answer.cookies = cookies.lines(refusal.cookies, now: now)
        return answer
    }

    /// The refusal as a program is told: status, challenge and body, without cookies.
    static func plain(_ refusal: Refusal, requestID: String) -> LocalAnswer {
        var answer = LocalAnswer(
            refusal.status, error: error(refusal), code: refusal.code.text.description, message: refusal.message,
            requestID: requestID)
        challenge(refusal, &answer)
        if refusal.status == 503 { answer.fields.append(("Retry-After", "1")) }
        return answer
    }

    /// RFC 6750 §3: no error where no credential was presented.
    private static func challenge(_ refusal: Refusal, _ answer: inout LocalAnswer) {
        switch (answer.status, refusal.code) {
        case (401, .tokenMissing): answer.fields.append(("WWW-Authenticate", "Bearer realm=\"sallyport\""))
        case (401, _), (400, _), (403, _):
            let scopes = refusal.scopes.isEmpty ? "" : ", scope=\"\(refusal.scopes)\""
            answer.fields.append(
                (
                    "WWW-Authenticate",
                    "Bearer realm=\"sallyport\", error=\"\(error(refusal))\", error_description=\"\(refusal.message)\"\(scopes)"
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
