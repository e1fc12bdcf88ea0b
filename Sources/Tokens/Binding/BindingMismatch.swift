/// Which signals of a client differ from those that a token was issued to.
public struct BindingMismatch: Sendable, Equatable {
    /// The address differs.
    public var address: Bool
    /// The User-Agent differs, or one of the two has none.
    public var userAgent: Bool

    /// A mismatch of the given signals.
    public init(address: Bool, userAgent: Bool) {
        self.address = address
        self.userAgent = userAgent
    }
}
