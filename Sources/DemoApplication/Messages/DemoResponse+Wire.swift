import HTTPWire

extension DemoResponse {
    /// What the pages may load and where they may send: nothing but their own origin, no inline code.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Writes head and body as HTTP/1.1.
    ///
    /// - Parameters:
    ///   - omitsBody: for HEAD: the head of the full answer without its body (RFC 9110 §9.3.2).
    ///   - connection: the value of the Connection field, where one is needed.
    func write(to output: OutputBuffer, omitsBody: Bool, connection: StaticString? = nil) {
        output.append("HTTP/1.1 ")
        output.append(decimal: status.rawValue)
        output.append(" ")
        output.append(status.phrase)
        output.append("\r\n")
        for field in fields {
            output.append(field.name)
            output.append(": ")
            output.append(field.value)
            output.append("\r\n")
        }
        if let connection {
            output.append("Connection: ")
            output.append(connection)
            output.append("\r\n")
        }
        guard status != .switchingProtocols else {
            output.append("\r\n")
            return
        }
        if !fields.contains(where: { $0.name == "Cache-Control" }) { output.append("Cache-Control: no-store\r\n") }
        output.append("Content-Security-Policy: ")
        output.append(Self.contentSecurityPolicy)
        // `same-origin`, not `no-referrer`: with the latter a form's Origin is `null`, and the gate refuses it.
        output.append("\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\nContent-Length: ")
        output.append(decimal: body.count)
        output.append("\r\n\r\n")
        if !omitsBody { output.append(body) }
    }
}
