public import AuthProxy

/// Leads requests for the reserved path to their endpoints; see ``Endpoint`` for which there are.
///
/// One value serves all loops: the endpoints are functions of a request, and the only state is what readiness probes
/// share.
public struct EndpointRouter: ReservedEndpoints {
    private let probe: ReadinessProbe

    /// A router with a readiness probe of its own.
    public init() { self.init(probe: ReadinessProbe()) }

    init(probe: ReadinessProbe) { self.probe = probe }

    public func needsIdentity(_ request: ReservedRequest) -> Bool {
        guard let endpoint = Endpoint(rawValue: request.path), endpoint.allows(request.method) else { return false }
        return endpoint.needsIdentity && OriginRule.refusal(of: request, at: endpoint) == nil
    }

    public func answer(_ request: ReservedRequest, _ services: ReservedServices) async -> ReservedAnswer {
        guard let endpoint = Endpoint(rawValue: request.path) else {
            return ReservedAnswer(
                404, error: "not_found", message: "There is no such endpoint.", requestID: request.requestID)
        }
        guard endpoint.allows(request.method) else {
            var answer = ReservedAnswer(
                405, error: "method_not_allowed", message: "The endpoint does not answer to this method.",
                requestID: request.requestID)
            answer.fields.append(("Allow", endpoint.allowedMethods))
            return answer
        }
        if let refusal = OriginRule.refusal(of: request, at: endpoint) { return refusal }
        switch endpoint {
        case .session: return await SessionEndpoint.answer(request, services)
        case .refresh: return await RefreshEndpoint.answer(request, services)
        case .logout: return await LogoutEndpoint.answer(request, services)
        case .logoutEverywhere: return await LogoutEverywhereEndpoint.answer(request, services)
        case .websocketToken: return await WebSocketTokenEndpoint.answer(request, services)
        case .keySet: return KeySetEndpoint.answer(services)
        case .health: return HealthEndpoint.alive
        case .ready: return await HealthEndpoint.ready(services, probe)
        }
    }
}
