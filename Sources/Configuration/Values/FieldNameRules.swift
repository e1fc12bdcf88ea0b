internal import HTTPWire

/// Which names a cookie and an identity header may have.
enum FieldNameRules {
    /// Fields that steer a proxy, an application or a connection by their own meaning, beside those that are known to
    /// the wire and those of a reserved family.
    private static let owned: Set<String> = [
        "trailer", "range", "referer", "age", "vary", "etag", "allow", "from", "priority", "early-data", "alt-svc",
        "http2-settings", "x-original-url", "x-rewrite-url", "x-http-method-override", "x-forwarded-prefix",
        "x-forwarded-server", "x-forwarded-ssl", "x-forwarded-scheme", "x-forwarded-uri", "x-forwarded-method",
        "x-forwarded-by", "x-forwarded-path", "x-client-ip", "true-client-ip", "x-original-forwarded-for",
    ]
    private static let families = ["sallyport-", "sec-", "proxy-", "content-", "accept-", "if-", "access-control-"]

    /// Whether the text is a `token` (RFC 9110 §5.6.2).
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// As the header firewall compares names: without case, `_` as `-`.
    static func folded(_ name: String) -> String {
        String(decoding: name.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }

    /// What is wrong with a name for an identity header; nil if nothing is.
    static func problem(withIdentityHeader name: String) -> String? {
        guard isToken(name) else {
            return "is no field name: write letters, digits and hyphens, such as X-User-Id"
        }
        guard !name.contains("_") else {
            return
                "holds “_”, which applications cannot tell from “-”: write \(name.map { $0 == "_" ? "-" : String($0) }.joined())"
        }
        guard name.utf8.count <= 128 else { return "is longer than 128 characters: choose a shorter name" }
        let folded = folded(name)
        let isKnown = withBytes(of: folded) { KnownField($0) != .other }
        guard !isKnown, !owned.contains(folded), !families.contains(where: { folded.hasPrefix($0) }) else {
            return
                "is a field with a meaning of its own, which no claim may set: choose another name, such as X-User-Id"
        }
        return nil
    }
}
