/// The endpoints of the reserved path: who implements them stands outside of the way of proxied requests.
public protocol ReservedEndpoints: Sendable {
    /// Whether the request's credentials are to be verified (and refreshed where that is due) before it is answered.
    /// Not for a request that is refused anyway: a page of another origin must not set a refresh off.
    func needsIdentity(_ request: ReservedRequest) -> Bool

    /// Answers a request. Called on a loop's thread: it may suspend, and must not block.
    func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer
}
