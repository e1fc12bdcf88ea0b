internal import AuthProxy
internal import Tokens

/// `POST websocket-token`: a token for the subprotocol or, where enabled, the query of a WebSocket; it has the claims
/// of the access token and ends with its session.
enum WebSocketTokenEndpoint {
    /// 200 with the token, or the refusal.
    static func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer {
        guard let access = request.identity else { return .refusing(request) }
        let manager = services.manager
        do throws(TokenError) {
            let token = try await manager.createWebSocketToken(for: access, client: request.client)
            return .json(
                200,
                [
                    "token": .string(token.text),
                    "expires_in": .integer(max(token.verified.expiresAt - manager.clock.now, 0)),
                ])
        } catch {
            return ReservedAnswer(error, requestID: request.requestID)
        }
    }
}
