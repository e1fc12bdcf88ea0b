/// Frames and header blocks by hand; blocks are literals without indexing (RFC 7541 §6.2.2).
enum Wire {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(0x4)

    static func frame(_ type: UInt8, _ flags: UInt8 = 0, stream: Int32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let count = payload.count
        let head = [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
        return head + (0..<4).map { UInt8(stream >> (24 - 8 * Int32($0)) & 255) } + payload
    }

    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + string(name) + string(value) }
    }

    private static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var rest = bytes.count - 127
        var length: [UInt8] = [127]
        while rest >= 128 {
            length.append(UInt8(rest % 128 | 128))
            rest /= 128
        }
        return length + [UInt8(rest)] + bytes
    }

    static func request(_ more: [(String, String)] = [], method: String = "GET", path: String = "/a") -> [(
        String, String
    )] {
        [(":method", method), (":scheme", "http"), (":path", path), (":authority", "shop.example")] + more
    }

    static func headers(_ fields: [(String, String)], stream: Int32 = 1, ends: Bool = true) -> [UInt8] {
        frame(0x1, ends ? 0x5 : 0x4, stream: stream, block(fields))
    }

    /// Type, flags, stream and payload of each frame.
    static func frames(_ bytes: [UInt8]) -> [(type: UInt8, flags: UInt8, stream: Int32, payload: [UInt8])] {
        var result: [(UInt8, UInt8, Int32, [UInt8])] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            let stream = head[5..<9].reduce(Int32(0)) { $0 << 8 | Int32($1) }
            result.append((head[3], head[4], stream, Array(rest.dropFirst(9).prefix(count))))
            rest = rest.dropFirst(9 + count)
        }
        return result
    }
}
