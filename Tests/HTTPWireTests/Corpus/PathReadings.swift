/// What applications make of a forwarded path: the readings by which other proxies were walked around.
enum PathReadings {
    static func all(of target: String) -> [String] {
        let path = [UInt8](target.utf8.prefix { $0 != UInt8(ascii: "?") })
        let decoded = unescaped(path)
        let slashes = decoded.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        let cut = [UInt8](decoded.prefix { $0 != 0 })
        return [resolved(path), resolved(decoded), resolved(slashes), resolved(cut)]
    }

    private static func unescaped(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < path.count {
            if path[index] == UInt8(ascii: "%"), index + 2 < path.count,
                let value = UInt8(String(decoding: path[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(path[index])
                index += 1
            }
        }
        return result
    }

    /// Merges slashes and removes dot segments, the way file servers do.
    private static func resolved(_ path: [UInt8]) -> String {
        var segments: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: UInt8(ascii: "/")) {
            switch String(decoding: segment, as: UTF8.self) {
            case ".": break
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        return "/" + segments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}
