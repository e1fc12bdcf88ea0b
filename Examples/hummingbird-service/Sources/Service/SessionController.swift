import Hummingbird
import Tokens

/// Signing in and out, and who the caller is.
struct SessionController: Sendable {
    /// The names that the proxy's configuration gives its cookies (`cookies.access`, `cookies.refresh`).
    private static let accessCookie = "sallyport-access"
    private static let refreshCookie = "sallyport-refresh"

    let manager: JWTManager

    struct Credentials: Decodable {
        var username: String
        var password: String
    }

    /// `POST /login` with {"username":…,"password":…}: a new session, as two cookies.
    @Sendable func signIn(_ request: Request, _ context: ClientContext) async throws -> Response {
        let credentials = try await request.decode(as: Credentials.self, context: context)
        guard credentials.username == "alice", credentials.password == "wonderland" else {
            throw HTTPError(.unauthorized, message: "The name or the password is wrong.")
        }
        let tokens = try await manager.issueSession(
            subject: credentials.username, claims: ["roles": ["admin"]], client: context.client(of: request))
        var response = Response(status: .noContent)
        setCookies(tokens, in: &response)
        return response
    }

    /// `POST /logout`: the session ends, here and in the proxy.
    @Sendable func signOut(_ request: Request, _ context: ClientContext) async throws -> Response {
        let (token, _) = try await identity(request, context)
        _ = try await manager.endSession(token.session)
        var response = Response(status: .noContent)
        for name in [Self.accessCookie, Self.refreshCookie] { response.setCookie(cookie(name, "", seconds: 0)) }
        return response
    }

    /// `GET /whoami`: the user's name.
    @Sendable func whoAmI(_ request: Request, _ context: ClientContext) async throws -> Response {
        let (token, renewed) = try await identity(request, context)
        var response = Response(
            status: .ok, body: .init(byteBuffer: ByteBuffer(string: "Hello, \(token.subject ?? "nobody").\n")))
        if let renewed { setCookies(renewed, in: &response) }
        return response
    }

    /// `GET /sessions`: where the user is signed in, one line each.
    @Sendable func list(_ request: Request, _ context: ClientContext) async throws -> String {
        let (token, _) = try await identity(request, context)
        return try await manager.sessions(of: token.subject ?? "")
            .map { "\($0.createdAt) \($0.clientAddress) \($0.userAgent ?? "-")\n" }.joined()
    }

    /// Who calls: by the access cookie, or, where that is absent or has expired, by the refresh cookie, which gives new
    /// tokens. Everything else is refused: what was revoked or forged is never healed by a refresh.
    private func identity(_ request: Request, _ context: ClientContext) async throws -> (VerifiedToken, IssuedTokens?) {
        let client = context.client(of: request)
        do throws(TokenError) {
            if let access = request.cookies[Self.accessCookie]?.value {
                do throws(TokenError) {
                    return (try await manager.verifyToken(access, expecting: .access, client: client), nil)
                } catch {
                    guard error == .expired else { throw error }
                }
            }
            guard let refresh = request.cookies[Self.refreshCookie]?.value else { throw TokenError.missing }
            let tokens = try await manager.rotate(refresh, client: client).tokens
            return (tokens.access, tokens)
        } catch {
            // A store that cannot answer says nothing about the user.
            if case .store = error { throw HTTPError(.serviceUnavailable) }
            throw HTTPError(.unauthorized, message: error.code)
        }
    }

    private func setCookies(_ tokens: IssuedTokens, in response: inout Response) {
        let seconds = Int(tokens.refreshExpiresAt - manager.clock.now)
        response.setCookie(cookie(Self.accessCookie, tokens.accessToken, seconds: seconds))
        response.setCookie(cookie(Self.refreshCookie, tokens.refreshToken, seconds: seconds))
    }

    /// Behind TLS: `secure: true`, and names that begin with `__Host-`.
    private func cookie(_ name: String, _ value: String, seconds: Int) -> Cookie {
        Cookie(name: name, value: value, maxAge: seconds, path: "/", httpOnly: true, sameSite: .lax)
    }
}
