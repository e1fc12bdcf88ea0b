internal import HTTPWire
internal import Tokens

/// The two forms of a line of the audit log.
enum AuditLine {
    /// Appends a line.
    ///
    /// - Parameter suppressed: how many events of the same code were left out before this one.
    static func append(
        _ event: AuditEvent, at time: Int64, suppressed: UInt64, style: LogStyle, _ timestamp: inout LogTimestamp,
        to output: OutputBuffer
    ) {
        switch style {
        case .json: appendJSON(event, at: time, suppressed: suppressed, &timestamp, to: output)
        case .human(let colours):
            appendHuman(event, at: time, suppressed: suppressed, colours: colours, &timestamp, to: output)
        }
    }

    /// Appends a line that tells of nothing but events left out.
    static func append(
        suppressed: UInt64, code: VerdictCode, at time: Int64, style: LogStyle, _ timestamp: inout LogTimestamp,
        to output: OutputBuffer
    ) {
        // The same members as with an event, so that sums over `suppressed` are right.
        append(
            AuditEvent(.tokenRejected(code: code)), at: time, suppressed: suppressed, style: style, &timestamp,
            to: output)
    }

    private static func appendJSON(
        _ event: AuditEvent, at time: Int64, suppressed: UInt64, _ timestamp: inout LogTimestamp,
        to output: OutputBuffer
    ) {
        output.append("{\"time\":\"")
        timestamp.append(time, to: output)
        output.append("\",\"event\":\"")
        output.append(event.kind.name)
        output.append("\"")
        output.append(",\"sid\":", jsonIfPresent: event.sid)
        output.append(",\"sub\":", jsonIfPresent: event.sub)
        output.append(",\"jti\":", jsonIfPresent: event.jti)
        output.append(",\"client_address\":", jsonIfPresent: event.clientAddress)
        output.append(",\"request_id\":", jsonIfPresent: event.requestID)
        switch event.kind {
        case .sessionIssued, .authenticationThrottled: break
        case .tokenRefreshed(let generation), .tokenRefreshReusedInGrace(let generation),
            .tokenReuseDetected(let generation):
            output.append(",\"gen\":", ifPresent: generation)
        case .tokenRevoked(let type): output.append(",\"type\":", jsonIfPresent: type.rawValue)
        case .sessionEnded(let reason): output.append(",\"reason\":", jsonIfPresent: reason.rawValue)
        case .bindingMismatch(let signals, let mode):
            output.append(",\"signals\":[")
            if signals.contains(.address) { output.append("\"address\"") }
            if signals == [.address, .userAgent] { output.append(",") }
            if signals.contains(.userAgent) { output.append("\"user_agent\"") }
            output.append("],\"mode\":")
            output.append(jsonString: mode.rawValue)
            // Only signals that are not off are compared: with strict, each of these would have refused the token.
            if mode == .log { output.append(",\"would_refuse\":true") }
        case .tokenRejected(let code):
            output.append(",\"code\":\"")
            output.append(code.text)
            output.append("\"")
        }
        if suppressed > 0 { output.append(",\"suppressed\":", ifPresent: Int64(clamping: suppressed)) }
        output.append("}\n")
    }

    private static func appendHuman(
        _ event: AuditEvent, at time: Int64, suppressed: UInt64, colours: Bool, _ timestamp: inout LogTimestamp,
        to output: OutputBuffer
    ) {
        timestamp.append(time, to: output, from: LogTimestamp.timeOfDay)
        output.append("  ")
        if colours { output.append("\u{1b}[35m") }
        let start = output.count
        output.append(event.kind.name)
        if colours { output.append("\u{1b}[0m") }
        output.pad(from: start, to: 24)
        let members = [
            ("sub", event.sub), ("sid", event.sid), ("jti", event.jti), ("client_address", event.clientAddress),
            ("request_id", event.requestID), detail(event.kind),
            ("suppressed", suppressed > 0 ? String(suppressed) : nil),
        ]
        for case (let name, let value?) in members {
            output.append("  ")
            output.append(name)
            output.append("=")
            output.append(plain: value, limit: OutputBuffer.shortText)
        }
        output.append("\n")
    }

    private static func detail(_ kind: AuditEvent.Kind) -> (String, String?) {
        switch kind {
        case .sessionIssued, .authenticationThrottled: ("", nil)
        case .tokenRefreshed(let generation), .tokenRefreshReusedInGrace(let generation),
            .tokenReuseDetected(let generation):
            ("gen", String(generation))
        case .tokenRevoked(let type): ("type", type.rawValue)
        case .sessionEnded(let reason): ("reason", reason.rawValue)
        case .bindingMismatch(let signals, let mode):
            (
                "differs",
                (signals.contains(.address) ? "address," : "")
                    + (signals.contains(.userAgent) ? "user_agent," : "") + mode.rawValue
            )
        case .tokenRejected(let code): ("code", code.text.description)
        }
    }
}
