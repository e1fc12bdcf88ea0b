internal import HTTPWire

/// An answer of our own: a refusal, an error, an answer of the reserved path.
struct LocalAnswer {
    /// The status code.
    var status: Int
    /// Further fields; names and values are ours, or were checked to be plain text.
    var fields: [(name: String, value: String)] = []
    /// The body; a HEAD request gets its length only.
    var body: [UInt8] = []
    /// The body's media type.
    var contentType = "application/json"
    /// The Cache-Control field's value: nobody keeps what is about one client.
    var cacheControl = "no-store"
    /// Our Set-Cookie lines, CRLF and all.
    var cookies: [UInt8] = []
    /// An identity's header lines, CRLF and all, for a front that passes them on.
    var identity: [UInt8] = []
    /// Whether the connection ends with it: what follows on it cannot be trusted.
    var closes = false

    init(_ status: Int) { self.status = status }

    /// An error as the body that all of ours have.
    ///
    /// - Parameters:
    ///   - error: the kind of error, such as `invalid_token`.
    ///   - code: the stable code of a credential's verdict; nil where no credential is to blame.
    init(_ status: Int, error: String, code: String?, message: String, requestID: String) {
        self.status = status
        let output = OutputBuffer(capacity: 256)
        output.append("{\"error\":")
        output.append(jsonString: error)
        if let code {
            output.append(",\"code\":")
            output.append(jsonString: code)
        }
        output.append(",\"message\":")
        output.append(jsonString: message)
        if !requestID.isEmpty {
            output.append(",\"request_id\":")
            output.append(jsonString: requestID)
        }
        output.append("}\n")
        body = unsafe output.withUnsafeBytes { unsafe Array($0) }
    }

    /// Appends head and body.
    func write(
        to output: OutputBuffer, minorVersion: UInt8, isHead: Bool, keepsAlive: Bool, date: [UInt8],
        strictTransport: [UInt8]
    ) {
        output.append("HTTP/1.1 ")
        output.append(decimal: status)
        output.append(byte: UInt8(ascii: " "))
        output.append(StatusPhrase.of(status))
        output.append("\r\n")
        output.append(date)
        output.append(strictTransport)
        output.append("Cache-Control: ")
        output.append(cacheControl)
        output.append("\r\n")
        for field in fields {
            output.append(field.name)
            output.append(": ")
            output.append(field.value)
            output.append("\r\n")
        }
        output.append(identity)
        output.append(cookies)
        if status != 204, status != 304 {
            if !body.isEmpty {
                output.append("Content-Type: ")
                output.append(contentType)
                output.append("\r\n")
            }
            output.append("Content-Length: ")
            output.append(decimal: body.count)
            output.append("\r\n")
        }
        if !keepsAlive {
            output.append("Connection: close\r\n")
        } else if minorVersion == 0 {
            output.append("Connection: keep-alive\r\n")
        }
        output.append("\r\n")
        if !isHead, status != 204, status != 304 { output.append(body) }
    }
}
