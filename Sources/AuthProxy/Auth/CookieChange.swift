internal import Tokens

/// What an answer does to the client's session cookies.
enum CookieChange: Sendable {
    /// Nothing.
    case none
    /// Both are set.
    case set(IssuedTokens)
    /// Those that cannot work any more are deleted.
    case clear(access: Bool, refresh: Bool)
}
