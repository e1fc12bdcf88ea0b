import Tokens

@testable import AuthProxy

extension ReservedRequest {
    /// A request of ``Desk/client`` to `https://gate.example`; POSTs come from a page of the same origin.
    static func test(_ method: String, _ path: String, origin: String? = "https://gate.example") -> ReservedRequest {
        ReservedRequest(
            method: method, path: path, query: nil, contentType: nil, body: [],
            origin: method == "POST" ? origin : nil, fetchSite: nil, authority: "gate.example", scheme: nil,
            client: Desk.client, bearer: nil, accessCookie: nil, refreshCookie: nil, isAmbiguous: false, identity: nil,
            refusal: nil, requestID: "request-1")
    }

    /// With the cookies of a session.
    func cookies(_ tokens: IssuedTokens) -> ReservedRequest {
        var copy = self
        copy.accessCookie = Array(tokens.accessToken.utf8)
        copy.refreshCookie = Array(tokens.refreshToken.utf8)
        return copy
    }

    /// With the refresh cookie alone.
    func refreshCookie(_ token: String) -> ReservedRequest {
        var copy = self
        copy.refreshCookie = Array(token.utf8)
        return copy
    }

    /// With a bearer token and without an origin, as programs call.
    func bearer(_ token: String) -> ReservedRequest {
        var copy = self
        copy.bearer = Array(token.utf8)
        copy.origin = nil
        return copy
    }

    /// With a body.
    func body(_ text: String, _ type: String? = "application/json") -> ReservedRequest {
        var copy = self
        copy.body = Array(text.utf8)
        copy.contentType = type
        return copy
    }

    /// From another client.
    func from(_ client: ClientIdentity) -> ReservedRequest {
        var copy = self
        copy.client = client
        return copy
    }
}
