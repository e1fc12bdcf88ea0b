/// Reads one request the way RFC 9112 wants it and names the first flaw: written apart from the parsers, byte by byte
/// and without their code, so that both have to be wrong in the same way for a flaw to pass.
enum StrictUpstream {
    static func flaw(of message: [UInt8]) -> String? {
        guard let split = firstRange(of: [13, 10, 13, 10], in: message) else { return "no end of the head" }
        let lines = lines(of: message[..<split])
        if lines.contains(where: { $0.contains(10) || $0.contains(13) || $0.contains(0) }) {
            return "stray CR, LF or NUL"
        }
        let parts = lines[0].split(separator: 32, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].allSatisfy(isToken), text(parts[2]) == "HTTP/1.1" else {
            return "request line"
        }
        if text(parts[1]) != "*" && parts[1].first != UInt8(ascii: "/") { return "target form" }
        if parts[1].contains(where: { $0 <= 32 || $0 >= 127 || $0 == UInt8(ascii: "#") }) { return "target byte" }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line[..<colon].allSatisfy(isToken)
            else { return "field name" }
            if line[colon...].contains(where: { ($0 < 32 && $0 != 9) || $0 == 127 }) { return "control byte" }
            let value = line[(colon + 1)...].drop { $0 == 32 || $0 == 9 }
            fields.append((text(line[..<colon]).lowercased(), text(value)))
        }
        return framingFlaw(fields, [UInt8](message[(split + 4)...]))
    }

    private static func framingFlaw(_ fields: [(name: String, value: String)], _ body: [UInt8]) -> String? {
        func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
        if values("host").count != 1 { return "host" }
        for (name, _) in fields {
            let letters = name.filter { $0.isLetter || $0.isNumber }
            if letters == "contentlength" && name != "content-length" { return "look-alike" }
            if letters == "transferencoding" && name != "transfer-encoding" { return "look-alike" }
            if name.replacing("_", with: "-") == "x-user-id" { return "identity header" }
        }
        if values("connection").contains(where: { $0.lowercased().contains("x-user-id") }) { return "nomination" }
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        if lengths.count + codings.count > 1 { return "framing twice" }
        if let length = lengths.first { return Int(length) == body.count ? nil : "content length" }
        if let coding = codings.first {
            return coding == "chunked" && body.suffix(5) == [48, 13, 10, 13, 10] ? nil : "coding"
        }
        return body.isEmpty ? nil : "bytes behind the head"
    }

    private static func lines(of head: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = head.startIndex
        while let end = firstRange(of: [13, 10], in: [UInt8](head[start...])) {
            lines.append(head[start..<(start + end)])
            start += end + 2
        }
        lines.append(head[start...])
        return lines
    }

    private static func firstRange(of mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        return (0...(bytes.count - mark.count)).first { Array(bytes[$0..<($0 + mark.count)]) == mark }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8.contains(byte)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
