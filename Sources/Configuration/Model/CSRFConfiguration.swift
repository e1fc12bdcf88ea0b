/// A route's `csrf:`: whether pages of other origins may change something with a user's cookies.
public struct CSRFConfiguration: Sendable, Equatable {
    /// Whether requests are looked at.
    public var isEnabled = true
    /// Origins that may, beside the request's own; spelled as in ``CORSConfiguration/allowedOrigins``.
    public var allowedOrigins: [String] = []
    /// Whether other hosts of the same site may: those that `Sec-Fetch-Site` calls `same-site`.
    public var allowsSameSite = false

    /// The defaults.
    public init() {}
}
