/// How one signal of the client is treated.
public enum BindingMode: String, Sendable, Hashable, CaseIterable {
    /// A difference refuses the token.
    case strict
    /// A difference is told, and the token is taken.
    case log
    /// The signal is not looked at.
    case off
}
