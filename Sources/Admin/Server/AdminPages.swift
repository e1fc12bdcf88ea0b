internal import AuthProxy
internal import HTTPWire
internal import Tokens

/// What there is to see. One value for all connections; it asks for the services anew each time, since a reload changes
/// them.
struct AdminPages: Sendable {
    private let version: String
    private let services: @Sendable () -> ReservedServices
    private let probe = ReadinessProbe()
    private let process = ProcessMetrics()

    init(version: String, services: @escaping @Sendable () -> ReservedServices) {
        self.version = version
        self.services = services
    }

    /// Answers a request; reading is all that anybody does here.
    func answer(_ request: AdminRequest) async -> AdminAnswer {
        guard request.method == "GET" || request.method == "HEAD" else {
            return .text(405, "Here is something to read, by GET.")
        }
        switch request.path {
        case "/": return .page(DashboardPage.text(version: version))
        case "/dashboard.css":
            return AdminAnswer(200, "text/css; charset=utf-8", Array(DashboardStyle.text.utf8))
        case "/dashboard.js":
            return AdminAnswer(200, "text/javascript; charset=utf-8", Array(DashboardScript.text.utf8))
        case "/metrics": return await metrics()
        case "/health": return Self.answer(HealthEndpoint.alive)
        case "/health/ready": return Self.answer(await HealthEndpoint.ready(services(), probe))
        case "/sessions": return await sessions(request)
        default: return .text(404, "Here are /, /metrics, /health, /health/ready and /sessions?user=NAME.")
        }
    }

    private static func answer(_ answer: ReservedAnswer) -> AdminAnswer {
        AdminAnswer(answer.status, answer.contentType, answer.body)
    }

    private func metrics() async -> AdminAnswer {
        let services = services()
        let isUp = await probe.ask(services.manager.store) == .works
        let output = OutputBuffer(capacity: 32 * 1024)
        MetricsText.append(services.counters.families(), to: output)
        MetricsText.append(services.counters.histograms(), to: output)
        MetricsText.append(
            [
                CounterFamily("store_up", "Whether the token store answers.", isGauge: true, value: isUp ? 1 : 0),
                CounterFamily(
                    "draining", "Whether the proxy is on its way out.", isGauge: true,
                    value: services.isDraining ? 1 : 0),
            ], to: output)
        output.append("# HELP sallyport_build_info The version.\n# TYPE sallyport_build_info gauge\n")
        output.append("sallyport_build_info{version=\"\(version)\"} 1\n")
        process.append(to: output)
        return AdminAnswer(200, MetricsText.contentType.description, Array(output.string.utf8))
    }

    private func sessions(_ request: AdminRequest) async -> AdminAnswer {
        // A page of another name must not read who is signed in from where.
        guard request.isHostNumeric else {
            return .text(403, "Sessions are shown where the host is an address or localhost.")
        }
        guard let user = request.query?["user"], !user.isEmpty else {
            return .text(400, "Whose? Write /sessions?user=NAME.")
        }
        do throws(TokenError) {
            let manager = services().manager
            return .page(SessionsPage.text(of: user, try await manager.sessions(of: user), now: manager.clock.now))
        } catch {
            return .text(503, "The store does not answer.")
        }
    }
}
