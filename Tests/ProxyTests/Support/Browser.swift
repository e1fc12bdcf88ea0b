import SallyportTesting
import Testing

/// A browser of one user: it keeps cookies, names itself, and opens a connection for each request.
struct Browser: Sendable {
    let proxy: ProxyFixture
    var jar = CookieJar()
    var userAgent: String? = "Mozilla/5.0 (Test)"
    var source: String? = nil

    /// A browser without cookies.
    init(_ proxy: ProxyFixture, from source: String? = nil) {
        self.proxy = proxy
        self.source = source
    }

    /// A browser that has signed in through the application's login page.
    static func signedIn(
        _ proxy: ProxyFixture, as user: String = "alice", from source: String? = nil,
        claims: String? = nil
    ) throws -> Browser {
        var browser = Browser(proxy, from: source)
        let body = claims ?? #"{"sub":"\#(user)","roles":["admin","staff"]}"#
        let answer = try browser.visit("POST", "/login", body: body)
        try #require(answer.status == 200)
        try #require(browser.access != nil && browser.refresh != nil, "the login gave no cookies")
        return browser
    }

    /// The access cookie.
    var access: String? {
        get { jar[ProxyFixture.accessCookie] }
        set { jar[ProxyFixture.accessCookie] = newValue }
    }
    /// The refresh cookie.
    var refresh: String? {
        get { jar[ProxyFixture.refreshCookie] }
        set { jar[ProxyFixture.refreshCookie] = newValue }
    }

    /// The fields it sends with each request.
    var fields: [(String, String)] {
        var fields: [(String, String)] = []
        if let userAgent { fields.append(("User-Agent", userAgent)) }
        if let cookies = jar.header(now: proxy.clock.now) { fields.append(("Cookie", cookies)) }
        return fields
    }

    /// Sends a request, and throws its cookies away.
    func request(
        _ method: String = "GET", _ target: String = "/", _ more: [(String, String)] = [], body: String? = nil
    ) throws -> RawResponse {
        let client = try proxy.client(from: source)
        return try client.exchange(method, target, fields + more, body: body)
    }

    /// Sends a request and takes its cookies.
    mutating func visit(
        _ method: String = "GET", _ target: String = "/", _ more: [(String, String)] = [], body: String? = nil
    ) throws -> RawResponse {
        let answer = try request(method, target, more, body: body)
        jar.take(answer, now: proxy.clock.now)
        return answer
    }

    /// The bytes of a request, for tests that send them themselves.
    func bytes(
        _ method: String = "GET", _ target: String = "/", _ more: [(String, String)] = [], body: String? = nil
    ) -> [UInt8] {
        MessageText.request(method, target, fields + more, body: body)
    }
}
