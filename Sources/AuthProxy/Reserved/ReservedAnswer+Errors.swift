public import Tokens

/// Errors and refusals, in the form that all of ours have.
extension ReservedAnswer {
    /// An error that no credential is to blame for.
    ///
    /// - Parameters:
    ///   - error: the kind of error, such as `forbidden`.
    ///   - message: one sentence without anything that the peer sent.
    public init(_ status: Int, error: String, message: String, requestID: String) {
        self.init(LocalAnswer(status, error: error, code: nil, message: message, requestID: requestID))
    }

    /// A refusal because of a token: 401 with the challenge of RFC 6750 §3, or 503 with Retry-After where the store
    /// could not answer.
    public init(_ error: TokenError, requestID: String) {
        self.init(Refusal(error), requestID: requestID)
    }

    /// A refusal that authentication decided on.
    public init(refusal: (status: Int, code: VerdictCode, message: String), requestID: String) {
        self.init(Refusal(refusal.status, refusal.code, refusal.message), requestID: requestID)
    }

    /// The refusal of two credentials of the same kind that differ (400).
    public static func ambiguous(requestID: String) -> ReservedAnswer {
        ReservedAnswer(Refusal.ambiguous, requestID: requestID)
    }

    private init(_ refusal: Refusal, requestID: String) {
        self.init(RefusalAnswer.plain(refusal, requestID: requestID))
        verdict = refusal.code
    }

    private init(_ answer: LocalAnswer) {
        self.init(answer.status)
        fields = answer.fields
        body = answer.body
    }
}
