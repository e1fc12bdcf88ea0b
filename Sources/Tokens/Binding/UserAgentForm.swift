/// What of a User-Agent a token is bound to.
public enum UserAgentForm: String, Sendable, Hashable, CaseIterable {
    /// Each byte of it: an update of the browser signs its user out.
    case exact
    /// Which browser it is, or which program, without version and system: an update changes nothing, and a stolen token
    /// still works only from the same one.
    case family
}
