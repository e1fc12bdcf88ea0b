/// The `logging:` section.
public struct LoggingConfiguration: Sendable, Equatable {
    /// Where lines go.
    public enum Destination: Sendable, Equatable {
        case standardOutput
        case standardError
        case off
        /// A file, appended to and reopened on SIGHUP.
        case file(String)
    }

    /// How lines look.
    public enum Format: String, Sendable, CaseIterable {
        /// For people on a terminal, JSON elsewhere.
        case auto
        case json
        case human
    }

    /// trace, debug, info, notice, warning, error, critical.
    public var level: String = "info"
    /// How lines look.
    public var format: Format = .auto
    /// One line a request.
    public var access: Destination = .standardOutput
    /// One line for each event of a session's life.
    public var audit: Destination = .standardError

    /// The defaults.
    public init() {}
}
