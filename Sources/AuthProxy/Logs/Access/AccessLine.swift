internal import HTTPWire

/// The two forms of a line of the access log.
enum AccessLine {
    /// Appends a line for programs.
    @inline(__always)
    static func appendJSON(
        _ entry: AccessLogEntry, _ timestamp: inout LogTimestamp, _ addresses: AddressTexts, to output: OutputBuffer,
        method: RawSpan, path: RawSpan, host: RawSpan, requestID: RawSpan, route: AccessLogMembers?,
        identity: AccessLogMembers?
    ) {
        output.append("{\"time\":\"")
        timestamp.append(entry.time, to: output)
        if let client = entry.client {
            output.append("\",\"client_address\":\"")
            output.append(addresses.text(client))
        }
        output.append("\"")
        output.append(",\"method\":", jsonIfPresent: method)
        output.append(",\"host\":", jsonIfPresent: host)
        output.append(",\"path\":", jsonIfPresent: path, limit: OutputBuffer.longText)
        output.append(",\"protocol\":\"")
        output.append(entry.protocolVersion)
        if entry.tlsVersion.utf8CodeUnitCount > 0 {
            output.append("\",\"tls\":\"")
            output.append(entry.tlsVersion)
        }
        output.append("\",\"status\":")
        output.append(decimal: entry.status)
        output.append(",\"bytes_in\":", ifPresent: entry.bytesIn)
        output.append(",\"bytes_out\":", ifPresent: entry.bytesOut)
        output.append(",\"duration_us\":", ifPresent: entry.duration)
        output.append(",\"auth_us\":", ifPresent: entry.authentication)
        output.append(",\"upstream_connect_us\":", ifPresent: entry.upstreamConnect)
        output.append(",\"upstream_first_byte_us\":", ifPresent: entry.upstreamFirstByte)
        output.append(",\"upstream_body_us\":", ifPresent: entry.upstreamBody)
        if let route { output.append(route.json) }
        if let verdict = entry.verdict {
            output.append(",\"verdict\":\"")
            output.append(verdict.text)
            output.append(entry.isRefreshed ? "\",\"refreshed\":true" : "\",\"refreshed\":false")
        }
        if entry.reason.utf8CodeUnitCount > 0 {
            output.append(",\"reason\":\"")
            output.append(entry.reason)
            output.append("\"")
        }
        if let identity { output.append(identity.json) }
        output.append(",\"request_id\":", jsonIfPresent: requestID)
        output.append("}\n")
    }

    /// Appends a line for people: time of day, status, duration, method, host and path, then who and what was decided.
    static func appendHuman(
        _ entry: AccessLogEntry, _ timestamp: inout LogTimestamp, colours: Bool, to output: OutputBuffer,
        method: RawSpan, path: RawSpan, host: RawSpan, route: AccessLogMembers?, identity: AccessLogMembers?
    ) {
        timestamp.append(entry.time, to: output, from: LogTimestamp.timeOfDay)
        output.append("  ")
        if colours { output.append(colour(entry.status)) }
        var start = output.count
        output.append(decimal: entry.status)
        output.pad(from: start, to: 3)
        if colours { output.append("\u{1b}[0m") }
        append(milliseconds: entry.duration, to: output)
        output.append(" ms  ")
        start = output.count
        output.append(plain: method, limit: OutputBuffer.shortText)
        output.pad(from: start, to: 7)
        output.append(" ")
        output.append(plain: host, limit: OutputBuffer.shortText)
        output.append(plain: path, limit: OutputBuffer.longText)
        if let upstream = route?.plain, !upstream.isEmpty {
            output.append(" > ")
            unsafe output.append(plain: upstream.span.bytes, limit: OutputBuffer.shortText)
        }
        if let verdict = entry.verdict {
            output.append("  ")
            output.append(verdict.text)
            if entry.isRefreshed { output.append(" (refreshed)") }
        }
        if let subject = identity?.plain, !subject.isEmpty {
            output.append("  sub=")
            unsafe output.append(plain: subject.span.bytes, limit: OutputBuffer.shortText)
        }
        if entry.reason.utf8CodeUnitCount > 0 {
            output.append("  ")
            output.append(entry.reason)
        }
        output.append("\n")
    }

    /// Appends microseconds as milliseconds with one decimal, eight wide.
    private static func append(milliseconds microseconds: Int64, to output: OutputBuffer) {
        let tenths = max(microseconds, 0) / 100
        var width = 3
        var rest = tenths / 100
        while rest > 0 {
            width += 1
            rest /= 10
        }
        for _ in 0..<max(8 - width, 1) { output.append(byte: UInt8(ascii: " ")) }
        output.append(decimal: Int(tenths / 10))
        output.append(".")
        output.append(decimal: Int(tenths % 10))
    }

    private static func colour(_ status: Int) -> StaticString {
        switch status {
        case 500...: "\u{1b}[31m"
        case 400...: "\u{1b}[33m"
        case 300...: "\u{1b}[36m"
        case 100...: "\u{1b}[32m"
        default: "\u{1b}[2m"
        }
    }
}
