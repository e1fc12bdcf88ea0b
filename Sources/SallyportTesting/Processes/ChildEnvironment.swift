internal import Glibc

/// What a process under test finds in its environment.
public enum ChildEnvironment: Sendable {
    /// That of the tests with changes: a value is added or replaces another, nil removes a name.
    case inherited([String: String?] = [:])
    /// These variables and nothing else, but for those that sanitizers and their preloaded library go by.
    case only([String: String])

    /// All of it, as `NAME=VALUE`.
    var variables: [String] {
        switch self {
        case .inherited(let changes):
            Self.own.filter { !changes.keys.contains(Self.name($0)) }
                + changes.compactMap { name, value in value.map { "\(name)=\($0)" } }
        case .only(let variables):
            Self.own.filter { Self.name($0).hasSuffix("SAN_OPTIONS") || Self.name($0) == "LD_PRELOAD" }
                + variables.map { "\($0)=\($1)" }
        }
    }

    private static var own: [String] {
        var variables: [String] = []
        // The tests change no variable of their own while others read them.
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            variables.append(unsafe String(cString: text))
            unsafe entry += 1
        }
        return variables
    }

    private static func name(_ variable: String) -> String { String(variable.prefix { $0 != "=" }) }
}
