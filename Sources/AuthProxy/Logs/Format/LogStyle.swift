internal import SallyportConfiguration
internal import Glibc

/// How the lines of one sink look.
enum LogStyle: Sendable, Equatable {
    /// One JSON object a line (RFC 8259), for programs.
    case json
    /// Short and aligned, for people.
    case human(colours: Bool)

    /// The style that `logging.format` asks for.
    ///
    /// - Parameter isTerminal: whether the lines go to a terminal. Colours are for terminals only, and not where
    ///   `NO_COLOR` is set or the terminal is a dumb one.
    init(_ format: LoggingConfiguration.Format, isTerminal: Bool) {
        switch format {
        case .json: self = .json
        case .human: self = .human(colours: isTerminal && Self.wantsColours)
        case .auto: self = isTerminal ? .human(colours: Self.wantsColours) : .json
        }
    }

    private static var wantsColours: Bool {
        // The environment is read at start only, before any other thread could change it.
        guard unsafe getenv("NO_COLOR") == nil else { return false }
        guard let terminal = unsafe getenv("TERM") else { return true }
        return unsafe String(cString: terminal) != "dumb"
    }
}
