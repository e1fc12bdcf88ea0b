public import Tokens

/// A request for the reserved path (`/.sallyport/…`), copied: what an endpoint decides on.
public struct ReservedRequest: Sendable {
    /// The method as spelled.
    public var method: String
    /// The path behind `/.sallyport/`, canonical, without query.
    public var path: String
    /// The query without its `?`; nil for none.
    public var query: String?
    /// The Content-Type field's value.
    public var contentType: String?
    /// The body, whole.
    public var body: [UInt8]
    /// The Origin field's value.
    public var origin: String?
    /// The Sec-Fetch-Site field's value.
    public var fetchSite: String?
    /// The authority that the request is for, as spelled; empty for none.
    public var authority: String
    /// Whether the client is connected over TLS, to us or to a trusted proxy.
    public var isSecure: Bool
    /// Who asks.
    public var client: ClientIdentity
    /// The bearer token of the Authorization field.
    public var bearer: [UInt8]?
    /// The access cookie's value.
    public var accessCookie: [UInt8]?
    /// The refresh cookie's value.
    public var refreshCookie: [UInt8]?
    /// What the request's credentials came to, for endpoints that ask (`GET session`, `POST websocket-token`).
    public var identity: VerifiedToken?
    /// Why there is no identity: the code and the sentence of the refusal.
    public var refusal: (status: Int, code: VerdictCode, message: String)?
    /// The request's identifier.
    public var requestID: String
}
