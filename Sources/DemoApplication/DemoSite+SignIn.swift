internal import HTTPWire

/// The login hand-off: the application checks the password, the gate begins the session.
extension DemoSite {
    /// What became of a form with a name and a password.
    private enum Attempt {
        case account(DemoAccount)
        case wrongPassword
        case refused(DemoResponse)
    }

    /// `POST /login`: 303 to the page for the right password, and the form again for a wrong one.
    func signIn(_ request: DemoRequest) -> DemoResponse {
        switch attempt(request) {
        case .account(let account):
            DemoResponse(.seeOther).adding("Location", "/").adding("Sallyport-Issue-Session", account.claims)
        case .wrongPassword:
            .page(LoginPage(message: "That name and password do not go together.").html, status: .unauthorized)
        case .refused(let response): response
        }
    }

    /// `POST /json-login`: for clients without cookies. The gate replaces the body by the tokens, because the route's
    /// configuration says `session_delivery: json`.
    func signInForTokens(_ request: DemoRequest) -> DemoResponse {
        switch attempt(request) {
        case .account(let account):
            .json([UInt8]("{}".utf8)).adding("Sallyport-Issue-Session", account.claims)
        case .wrongPassword: .json([UInt8](#"{"error":"invalid_grant"}"#.utf8), status: .unauthorized)
        case .refused(let response): response
        }
    }

    private func attempt(_ request: DemoRequest) -> Attempt {
        // A page elsewhere must not sign its visitors in to an account of its own choice.
        if let site = request.single("sec-fetch-site"), site == "cross-site" {
            return .refused(.text(.forbidden, "Sign in from this site's own form."))
        }
        guard let type = request.single("content-type"),
            type.prefix(while: { $0 != ";" && $0 != " " }).lowercased() == "application/x-www-form-urlencoded"
        else {
            return .refused(.text(.unsupportedMediaType, "Send a form: application/x-www-form-urlencoded."))
        }
        guard let form = FormFields(request.body) else {
            return .refused(.text(.badRequest, "The form is malformed."))
        }
        let account = DemoAccount.signingIn(username: form["username"] ?? "", password: form["password"] ?? "")
        return account.map(Attempt.account) ?? .wrongPassword
    }
}
