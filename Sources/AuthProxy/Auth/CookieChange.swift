internal import Tokens

/// What an answer does to the client's session cookies.
enum CookieChange: Sendable {
    /// Nothing.
    case none
    /// Both are set. Kept elsewhere, so that the answer of nearly every request is copied as one word.
    indirect case set(IssuedTokens)
    /// Those that cannot work any more are deleted.
    case clear(access: Bool, refresh: Bool)
}
