/// A route's `assertion:`: a signed statement for the application about each request and who sent it.
public struct RouteAssertion: Sendable, Equatable {
    /// Whom the statement is for: `aud`.
    public var audience: String
    /// The field that carries it.
    public var header = "Sallyport-Assertion"

    /// For an audience, in the usual field.
    public init(audience: String) {
        self.audience = audience
    }
}
