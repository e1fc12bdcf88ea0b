import Foundation
import SallyportTesting

extension RawResponse {
    /// The body as a JSON object; empty if it is none.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    /// The `code` of an error body.
    var code: String? { json["code"] as? String }

    /// The headers that the echoing application received.
    var echoed: [String: String] { json["headers"] as? [String: String] ?? [:] }

    /// The value that a response sets for the access cookie; nil if it does not, or deletes it.
    var newAccess: String? { cookie(ProxyFixture.accessCookie) }
    /// The value that a response sets for the refresh cookie.
    var newRefresh: String? { cookie(ProxyFixture.refreshCookie) }
    /// The names of the cookies that a response deletes.
    var deletedCookies: Set<String> { Set(setCookies.filter { $0.isDeletion }.map { $0.name }) }

    private func cookie(_ name: String) -> String? {
        setCookies.last { $0.name == name && !$0.isDeletion }?.value
    }
}
