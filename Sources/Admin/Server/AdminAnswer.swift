internal import HTTPWire

/// What somebody who watches gets.
struct AdminAnswer: Sendable {
    /// The status code, of few that occur here.
    var status: Int
    /// The body's media type.
    var contentType: String
    /// The body.
    var body: [UInt8]

    /// An answer with a body of a type.
    init(_ status: Int, _ contentType: String, _ body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A sentence.
    static func text(_ status: Int, _ sentence: String) -> AdminAnswer {
        AdminAnswer(status, "text/plain; charset=utf-8", Array((sentence + "\n").utf8))
    }

    /// A page.
    static func page(_ text: String) -> AdminAnswer { AdminAnswer(200, "text/html; charset=utf-8", Array(text.utf8)) }

    /// Appends head and body; the connection ends with it. Nothing of ours may be framed, kept, or load what is not ours.
    func write(to output: OutputBuffer, isHead: Bool) {
        output.append("HTTP/1.1 ")
        output.append(decimal: status)
        output.append(byte: UInt8(ascii: " "))
        output.append(phrase)
        output.append("\r\nContent-Type: ")
        output.append(contentType)
        output.append("\r\nContent-Length: ")
        output.append(decimal: body.count)
        output.append(
            """
            \r\nCache-Control: no-store\r
            X-Content-Type-Options: nosniff\r
            Referrer-Policy: no-referrer\r
            Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
            form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r
            Connection: close\r
            \r

            """ as StaticString)
        if !isHead { output.append(body) }
    }

    private var phrase: StaticString {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 503: "Service Unavailable"
        default: "Error"
        }
    }
}
