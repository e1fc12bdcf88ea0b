/// The style of each channel, decided when its place is opened.
struct LogStyles: Sendable {
    var access = LogStyle.json
    var audit = LogStyle.json
    var diagnostic = LogStyle.json

    /// The style of a channel; lines of the fallback were made for the audit log.
    func style(of channel: LogChannel) -> LogStyle {
        switch channel {
        case .access: access
        case .audit, .fallback: audit
        case .diagnostic: diagnostic
        }
    }
}
