/// The bytes of messages as tests write them.
public enum MessageText {
    /// A request. A body adds its Content-Length; everything else stands as given.
    ///
    /// - Parameter fields: in their order; `Host` is put before them unless they name it.
    public static func request(
        _ method: String = "GET", _ target: String = "/", _ fields: [(String, String)] = [], body: String? = nil,
        version: String = "1.1"
    ) -> [UInt8] {
        var text = "\(method) \(target) HTTP/\(version)\r\n"
        if !fields.contains(where: { $0.0.lowercased() == "host" }) { text += "Host: shop.example\r\n" }
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        return Array((text + "\r\n" + (body ?? "")).utf8)
    }

    /// A response with a Content-Length, unless it is a 1xx, a 204 or a 304.
    public static func response(
        _ status: Int = 200, _ fields: [(String, String)] = [], body: String = "", reason: String = "Told"
    ) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(reason)\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if status >= 200, status != 204, status != 304 { text += "Content-Length: \(body.utf8.count)\r\n" }
        return Array((text + "\r\n" + body).utf8)
    }

    /// A body in the chunked coding, one chunk for each piece (RFC 9112 §7.1).
    public static func chunked(_ pieces: [String], trailers: [(String, String)] = []) -> [UInt8] {
        var text = ""
        for piece in pieces { text += "\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n" }
        text += "0\r\n"
        for (name, value) in trailers { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// A text between quotation marks, escaped for JSON (RFC 8259 §7).
    static func json(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value > 0x7E:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
