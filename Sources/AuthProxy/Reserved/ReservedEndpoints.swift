/// The endpoints of the reserved path: who implements them stands outside of the way of proxied requests.
public protocol ReservedEndpoints: Sendable {
    /// Whether the endpoint wants the request's credentials verified (and refreshed where that is due) beforehand.
    func needsIdentity(method: String, path: String) -> Bool

    /// Answers a request. Called on a loop's thread: it may suspend, and must not block.
    func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer
}
