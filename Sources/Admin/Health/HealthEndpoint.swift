internal import AuthProxy
internal import Tokens

/// `GET health` and `GET health/ready`, for load balancers and supervisors.
enum HealthEndpoint {
    /// The process runs and its loop answers.
    static var alive: ReservedAnswer { .json(200, ["status": "ok"]) }

    /// Whether new requests can be served: 503 with the reason while the proxy drains, and while the store does not
    /// answer.
    static func ready(_ services: ReservedServices, _ probe: ReadinessProbe) async -> ReservedAnswer {
        if services.isDraining { return unavailable("draining") }
        switch await probe.ask(services.manager.store) {
        case .works:
            var answer: JSONObject = ["status": "ok"]
            if let names = issuersWithoutKeys(services) { answer["issuers_without_keys"] = names }
            return .json(200, answer)
        case .fails: return unavailable("store_unavailable")
        }
    }

    /// Issuers whose keys never came: their tokens get 503, and everybody else is served.
    private static func issuersWithoutKeys(_ services: ReservedServices) -> JSONValue? {
        let names = services.manager.issuers.filter { $0.keys.current == nil }.map { JSONValue.string($0.identifier) }
        return names.isEmpty ? nil : .array(names)
    }

    private static func unavailable(_ reason: String) -> ReservedAnswer {
        var answer = ReservedAnswer.json(503, ["status": "unavailable", "reason": .string(reason)])
        answer.fields.append(("Retry-After", "1"))
        return answer
    }
}
