/// Which trailer fields may be forwarded (RFC 9110 §6.5.1): none that frames, routes, authenticates, controls or
/// describes content, and none that Sallyport itself acts upon. What an application does with a trailer it merges into
/// its header fields is beyond our sight.
public enum TrailerRules {
    /// Whether a trailer field may pass. Identity headers are the business of the header firewall, which the caller
    /// asks as well.
    public static func mayForward(_ field: FieldLine, in bytes: RawSpan) -> Bool {
        guard field.known == .other else { return field.known == .date }
        let name = field.name
        for prefix in forbiddenPrefixes where hasPrefix(name, prefix, in: bytes) { return false }
        for forbidden in forbiddenNames where bytes.equalsIgnoringCase(name, forbidden) { return false }
        return true
    }

    private static func hasPrefix(_ name: ByteRange, _ prefix: StaticString, in bytes: RawSpan) -> Bool {
        let count = prefix.utf8CodeUnitCount
        let start = Int(name.start)
        return name.count >= count && bytes.equalsIgnoringCase(ByteRange(start, start + count), prefix)
    }

    /// `Content-*`, routing by proxies, conditions, what browsers say of themselves, credentials.
    private static let forbiddenPrefixes: [StaticString] = [
        "content-", "x-forwarded-", "if-", "sec-", "proxy-", "access-control-", "x-original-", "x-rewrite-",
        "x-http-method", "x-method-override",
    ]

    private static let forbiddenNames: [StaticString] = [
        "age", "expires", "pragma", "range", "retry-after", "vary", "warning", "from", "referer", "allow",
        "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "strict-transport-security",
        "authentication-info", "cookie2", "set-cookie2", "alt-svc", "client-ip", "true-client-ip", "x-client-ip",
        "cf-connecting-ip", "x-cluster-client-ip", "early-data", "public-key-pins", "clear-site-data",
    ]
}
