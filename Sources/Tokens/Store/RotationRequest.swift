/// A wish to exchange a refresh token for the next generation of its session.
public struct RotationRequest: Sendable, Equatable {
    /// The session.
    public var session: String
    /// The `jti` of the refresh token that was presented. Its signature, type, expiry and binding are verified already.
    public var presented: String
    /// The `gen` of the refresh token that was presented; nil when the token carries none. It tells an old token from
    /// one whose rotation the store has lost.
    public var presentedGeneration: Int64?
    /// The generation to install if the store decides for a new one; its `number` is set by the store.
    public var candidate: TokenGeneration
    /// For how long, in seconds, the old refresh token gives the same successor after that was confirmed.
    public var graceSeconds: Int64
    /// How long a session may live from its sign-in on, in seconds; nil: for as long as it is refreshed.
    public var absoluteSeconds: Int64?
    /// Now, in seconds since the epoch.
    public var now: Int64

    /// Describes a rotation.
    public init(
        session: String, presented: String, presentedGeneration: Int64?, candidate: TokenGeneration,
        graceSeconds: Int64, absoluteSeconds: Int64? = nil, now: Int64
    ) {
        self.session = session
        self.presented = presented
        self.presentedGeneration = presentedGeneration
        self.candidate = candidate
        self.graceSeconds = graceSeconds
        self.absoluteSeconds = absoluteSeconds
        self.now = now
    }
}
