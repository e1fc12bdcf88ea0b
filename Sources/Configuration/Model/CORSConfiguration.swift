/// A route's `cors:`: which pages of other origins may call it and read its answers (Fetch, "CORS protocol").
public struct CORSConfiguration: Sendable, Equatable {
    /// Origins as browsers send them; `https://*.example.com` stands for every host below `example.com`.
    public var allowedOrigins: [String]
    /// Methods that a preflight allows, as spelled.
    public var allowedMethods: [String] = ["GET", "HEAD", "POST"]
    /// Request fields that a preflight allows, beside those that need none.
    public var allowedHeaders: [String] = ["Authorization", "Content-Type"]
    /// Fields of answers that a page may read, beside those that it always may.
    public var exposedHeaders: [String] = ["WWW-Authenticate"]
    /// For how long a browser may keep the answer to a preflight, in seconds.
    public var maxAgeSeconds: Int = 600
    /// Whether a page may have the user's cookies sent, and read what comes back.
    public var allowsCredentials = true
    /// Whether pages of the public network may reach this private one (Private Network Access).
    public var allowsPrivateNetwork = false

    /// The origins, and the defaults for the rest.
    public init(allowedOrigins: [String] = []) {
        self.allowedOrigins = allowedOrigins
    }
}
