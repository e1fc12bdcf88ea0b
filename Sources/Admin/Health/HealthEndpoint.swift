internal import AuthProxy

/// `GET health` and `GET health/ready`, for load balancers and supervisors.
enum HealthEndpoint {
    /// The process runs and its loop answers.
    static var alive: ReservedAnswer { .json(200, ["status": "ok"]) }

    /// Whether new requests can be served: 503 with the reason while the proxy drains, and while the store does not
    /// answer.
    static func ready(_ services: ReservedServices, _ probe: ReadinessProbe) async -> ReservedAnswer {
        if services.isDraining { return unavailable("draining") }
        switch await probe.ask(services.manager.store) {
        case .works: return alive
        case .fails: return unavailable("store_unavailable")
        }
    }

    private static func unavailable(_ reason: String) -> ReservedAnswer {
        var answer = ReservedAnswer.json(503, ["status": "unavailable", "reason": .string(reason)])
        answer.fields.append(("Retry-After", "1"))
        return answer
    }
}
