/// The `cookies:` section: names and attributes (RFC 6265bis §4.1).
public struct CookieConfiguration: Sendable, Equatable {
    /// The `SameSite` attribute.
    public enum SameSite: String, Sendable, CaseIterable {
        case strict = "Strict"
        case lax = "Lax"
        case none = "None"
    }

    /// Whether cookies carry `Secure`.
    public var isSecure: Bool = true
    /// The `SameSite` attribute.
    public var sameSite: SameSite = .lax
    /// Name of the access cookie.
    public var access: String = "__Host-sallyport-access"
    /// Name of the refresh cookie.
    public var refresh: String = "__Host-sallyport-refresh"

    /// The defaults.
    public init() {}
}
