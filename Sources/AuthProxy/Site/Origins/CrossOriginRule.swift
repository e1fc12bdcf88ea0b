internal import SallyportConfiguration
internal import HTTPWire

/// Keeps pages of other origins from changing something with a user's cookies (cross-site request forgery). Asked for
/// requests with an unsafe method that nothing but our cookies authenticates.
///
/// What the browser says decides, in this order:
/// 1. `Sec-Fetch-Site`, which no page can set: `same-origin` and `none` (the address line, a bookmark) may go on;
///    `same-site` where the route allows it; everything else only from an origin that is listed.
/// 2. Without it (browsers of before 2020, and places without TLS), the `Origin`: the request's own host, or a listed one.
///    `null` is nobody's.
/// 3. With neither field it is no browser that could be misled: all current ones send `Origin` with unsafe methods. A
///    program with a cookie jar goes on.
///
/// Immutable, shared by all loops.
final class CrossOriginRule: Sendable {
    private let configured: OriginList
    /// What `cors:` lets in with credentials may use them.
    private let shared: OriginList
    private let allowsSameSite: Bool

    init(_ configuration: CSRFConfiguration, cors: CORSConfiguration?) {
        configured = OriginList(configuration.allowedOrigins)
        shared = OriginList(cors.map { $0.allowsCredentials ? $0.allowedOrigins : [] } ?? [])
        allowsSameSite = configuration.allowsSameSite
    }

    /// Whether a request may go on.
    ///
    /// - Parameters:
    ///   - authority: host and port that the client asked for.
    ///   - isSecure: whether the client surely spoke TLS; where that is not known, the scheme of an origin does not count.
    func allows(_ head: borrowing RequestHead, in bytes: RawSpan, authority: Authority?, isSecure: Bool) -> Bool {
        guard !head.table.isRepeated(.secFetchSite), !head.table.isRepeated(.origin) else { return false }
        let origin = head.first(.origin)?.value
        if let site = head.first(.secFetchSite)?.value {
            if bytes.equals(site, "same-origin") || bytes.equals(site, "none") { return true }
            if allowsSameSite, bytes.equals(site, "same-site") { return true }
            return origin.map { isListed($0, bytes) } ?? false
        }
        guard let origin else { return true }
        if isListed(origin, bytes) { return true }
        guard let parsed = WebOrigin.parse(bytes, origin), let authority, parsed.isSecure || !isSecure else {
            return false
        }
        return parsed.isSame(as: authority, in: bytes)
    }

    private func isListed(_ origin: ByteRange, _ bytes: RawSpan) -> Bool {
        configured.contains(origin, in: bytes) || shared.contains(origin, in: bytes)
    }
}
