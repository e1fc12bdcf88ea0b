/// The cookies of one browser: what responses set, until it expires. Paths and domains are not told apart, since the
/// product's cookies are valid for a whole host.
public struct CookieJar: Sendable {
    private var kept: [(name: String, value: String, expiresAt: Int64?)] = []
    /// Why cookies were not kept, as a browser would not keep them either.
    public private(set) var refusals: [String] = []

    /// An empty jar.
    public init() {}

    /// Takes over what a response sets or deletes, at the given second since the epoch.
    public mutating func take(_ response: RawResponse, now: Int64) { take(response.setCookies, now: now) }

    /// Takes over what `Set-Cookie` lines set or delete, at the given second since the epoch.
    public mutating func take(_ cookies: [SetCookie], now: Int64) {
        for cookie in cookies {
            if let refusal = cookie.refusal {
                refusals.append(refusal)
                continue
            }
            kept.removeAll { $0.name == cookie.name }
            if !cookie.isDeletion { kept.append((cookie.name, cookie.value, cookie.maxAge.map { now + $0 })) }
        }
    }

    /// The value of the `Cookie` field; nil if there is nothing to send.
    public func header(now: Int64) -> String? {
        let living = kept.filter { cookie in cookie.expiresAt.map { $0 > now } ?? true }
        return living.isEmpty ? nil : living.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
    }

    /// A cookie's value, whether it has expired or not.
    public subscript(_ name: String) -> String? {
        get { kept.first { $0.name == name }?.value }
        set {
            kept.removeAll { $0.name == name }
            if let newValue { kept.append((name, newValue, nil)) }
        }
    }

    /// The names of all cookies.
    public var names: [String] { kept.map { $0.name } }
}
