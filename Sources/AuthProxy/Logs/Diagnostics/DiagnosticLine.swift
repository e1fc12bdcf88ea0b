internal import HTTPWire
internal import Logging

/// Writes one line about the proxy itself: `begin`, any number of `add`, `end`.
struct DiagnosticLine {
    /// The longest value of a member.
    private static let longest = 2048
    /// How long a label and a level are written for people, so that messages stand below each other.
    private static let levelWidth = 9

    let style: LogStyle
    var timestamp: LogTimestamp

    /// Begins a line.
    mutating func begin(
        _ time: Int64, _ level: Logger.Level, label: String, message: String, to output: OutputBuffer
    ) {
        switch style {
        case .json:
            output.append("{\"time\":\"")
            timestamp.append(time, to: output)
            output.append("\",\"level\":\"")
            output.append(level.rawValue)
            output.append("\"")
            output.append(",\"logger\":", jsonIfPresent: label)
            output.append(",\"message\":", jsonIfPresent: message, limit: OutputBuffer.longText)
        case .human(let colours):
            timestamp.append(time, to: output, from: LogTimestamp.timeOfDay)
            output.append("  ")
            if colours { output.append(Self.colour(level)) }
            let start = output.count
            output.append(level.rawValue)
            output.pad(from: start, to: Self.levelWidth)
            if colours { output.append("\u{1b}[0m") }
            output.append(plain: message, limit: OutputBuffer.longText)
        }
    }

    /// Adds a member.
    func add(_ name: String, _ value: String, to output: OutputBuffer) {
        add(name: name, to: output)
        switch style {
        case .json: output.append(jsonText: value, limit: Self.longest)
        case .human: output.append(plain: value, limit: Self.longest)
        }
    }

    /// Adds a member that is a number.
    func add(_ name: String, number: UInt64, to output: OutputBuffer) {
        add(name: name, to: output)
        output.append(decimal: Int(clamping: number))
    }

    /// Ends the line.
    func end(_ output: OutputBuffer) {
        switch style {
        case .json: output.append("}\n")
        case .human: output.append("\n")
        }
    }

    private func add(name: String, to output: OutputBuffer) {
        switch style {
        case .json:
            output.append(",")
            output.append(jsonText: name, limit: OutputBuffer.shortText)
            output.append(":")
        case .human:
            output.append("  ")
            output.append(plain: name, limit: OutputBuffer.shortText)
            output.append("=")
        }
    }

    private static func colour(_ level: Logger.Level) -> StaticString {
        switch level {
        case .trace, .debug: "\u{1b}[2m"
        case .info: "\u{1b}[32m"
        case .notice: "\u{1b}[36m"
        case .warning: "\u{1b}[33m"
        case .error, .critical: "\u{1b}[31m"
        }
    }
}
