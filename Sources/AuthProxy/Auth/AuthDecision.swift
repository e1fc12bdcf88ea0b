/// What became of a request's authentication.
enum AuthDecision {
    /// It goes on, with an identity or without one, and its answer changes cookies.
    case proceed(VerifiedEntry?, CookieChange)
    /// It goes no further.
    case refuse(Refusal)
    /// That takes the slow path: a token not seen before, a refresh, a question to the store.
    case ask
}
