public import Tokens

/// What an endpoint of the reserved path answers.
public struct ReservedAnswer: Sendable {
    /// What happens to the session cookies.
    public enum Cookies: Sendable {
        /// What authentication decided stands (a refresh that was due sets both).
        case unchanged
        /// Both are set.
        case set(IssuedTokens)
        /// Both are deleted, whether they were there or not.
        case cleared
        /// The refresh cookie is deleted: it cannot work any more, and the access cookie may.
        case refreshCleared
    }

    /// The status code.
    public var status: Int
    /// Further fields; values are plain ASCII without control bytes.
    public var fields: [(name: String, value: String)] = []
    /// The body.
    public var body: [UInt8] = []
    /// The body's media type.
    public var contentType = "application/json"
    /// The Cache-Control field's value.
    public var cacheControl = "no-store"
    /// What happens to the session cookies.
    public var cookies = Cookies.unchanged
    /// What was decided about the request's credential, for the access log; nil leaves it to authentication.
    public var verdict: VerdictCode?

    /// An answer without a body.
    public init(_ status: Int) { self.status = status }
}
