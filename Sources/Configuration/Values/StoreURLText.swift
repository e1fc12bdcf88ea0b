/// Reads the URL of the store as far as a configuration needs it. It may hold a password: no message repeats it.
enum StoreURLText {
    /// The URL with paths made absolute, or what is wrong with it.
    enum Reading {
        case url(String)
        case refused(String)
    }

    private static let examples = "write memory:, sqlite:PATH, redis://HOST:PORT or unix://PATH"

    static func read(_ text: String, _ context: ReadingContext) -> Reading {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            return .refused("holds a blank or a control character: \(examples)")
        }
        guard let colon = text.firstIndex(of: ":") else { return .refused("is no store URL: \(examples)") }
        let scheme = text[..<colon].lowercased()
        let rest = String(text[text.index(after: colon)...])
        switch scheme {
        case "memory":
            return rest.isEmpty ? .url("memory:") : .refused("has more than memory:, which takes nothing behind it")
        case "sqlite":
            let path = rest.hasPrefix("///") ? String(rest.dropFirst(2)) : rest
            guard !path.hasPrefix("//") else { return .refused("names a host: write sqlite:PATH or sqlite:///PATH") }
            guard context.isPath(path), !path.hasSuffix("/") else {
                return .refused("names no file: write sqlite:PATH, such as sqlite:state/sallyport.db")
            }
            return .url("sqlite:" + context.resolved(path))
        case "redis", "unix", "redis+sentinel", "redis+cluster", "rediss", "rediss+sentinel", "rediss+cluster":
            guard rest.hasPrefix("//"), rest.count > 2, rest.dropFirst(2).first != "?" else {
                return .refused("names no server: write redis://HOST:PORT or unix://PATH")
            }
            return .url(text)
        default:
            return .refused("has an unknown scheme: \(examples)")
        }
    }

    /// Whether a URL asks for TLS.
    static func usesTLS(_ url: String) -> Bool {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        return scheme == "rediss" || scheme.hasPrefix("rediss+")
    }

    /// The URL with a password from elsewhere; nil when it holds one itself, or is not one of Redis.
    static func adding(password: String, to url: String) -> String? {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let rest = url[separator.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let at = rest[..<end].lastIndex(of: "@")
        let user = at.map { rest[..<$0] } ?? ""
        guard !user.contains(":") else { return nil }
        let host = at.map { rest[rest.index(after: $0)...] } ?? rest
        return "\(url[..<separator.upperBound])\(user):\(escaped(password))@\(host)"
    }

    /// Everything but unreserved characters as escapes (RFC 3986 §2.1).
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: result.append(Character(Unicode.Scalar(byte)))
            default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
