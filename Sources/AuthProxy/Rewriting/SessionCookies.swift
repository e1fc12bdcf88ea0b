internal import SallyportConfiguration
internal import HTTPWire
internal import Tokens

/// Our two cookies as Set-Cookie lines (RFC 6265bis §4.1). Deleting one repeats its exact attributes: a browser takes a
/// cookie with others for another cookie.
struct SessionCookies: Sendable {
    private let access: String
    private let refresh: String
    private let attributes: String

    init(_ configuration: CookieConfiguration) {
        access = configuration.access
        refresh = configuration.refresh
        attributes =
            "; Path=/; HttpOnly; SameSite=\(configuration.sameSite.rawValue)"
            + (configuration.isSecure ? "; Secure" : "")
    }

    /// The lines for a change, CRLF and all.
    ///
    /// - Parameter now: seconds since the epoch.
    func lines(_ change: CookieChange, now: Int64) -> [UInt8] {
        switch change {
        case .none: return []
        case .set(let tokens):
            return line(access, tokens.accessToken, seconds: tokens.accessExpiresAt - now)
                + line(refresh, tokens.refreshToken, seconds: tokens.refreshExpiresAt - now)
        case .clear(let clearsAccess, let clearsRefresh):
            return (clearsAccess ? deletion(access) : []) + (clearsRefresh ? deletion(refresh) : [])
        }
    }

    private func line(_ name: String, _ value: String, seconds: Int64) -> [UInt8] {
        Array("Set-Cookie: \(name)=\(value)\(attributes); Max-Age=\(max(seconds, 0))\r\n".utf8)
    }

    private func deletion(_ name: String) -> [UInt8] {
        Array("Set-Cookie: \(name)=\(attributes); Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n".utf8)
    }
}
