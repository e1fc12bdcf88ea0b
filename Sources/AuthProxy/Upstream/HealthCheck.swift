internal import SallyportConfiguration
internal import EventIO

/// Asks one address again and again whether it works. It belongs to its loop.
///
/// An address is taken to be up until it has failed often enough: a proxy that starts must not refuse everybody.
final class HealthCheck {
    let place: UpstreamPlace
    private let tls: UpstreamTLS?
    private let rules: UpstreamConfiguration.HealthCheck
    private let question: [UInt8]
    private let loop: EventLoop
    private let onFailure: () -> Void
    private let onChange: (_ isUp: Bool, _ reason: String) -> Void
    private var timer: LoopTimer?
    private var probe: HealthProbe?
    private var isUp = true
    /// Answers in a row that say otherwise.
    private var contrary = 0

    init(
        _ rules: UpstreamConfiguration.HealthCheck, host: String, of place: UpstreamPlace, tls: UpstreamTLS?,
        on loop: EventLoop, onFailure: @escaping () -> Void,
        onChange: @escaping (_ isUp: Bool, _ reason: String) -> Void
    ) {
        self.rules = rules
        self.place = place
        self.tls = tls
        self.loop = loop
        self.onFailure = onFailure
        self.onChange = onChange
        question = Array(
            "GET \(rules.path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: sallyport-health\r\nConnection: close\r\n\r\n"
                .utf8)
        let timer = LoopTimer(on: loop) { [unowned self] in ask() }
        self.timer = timer
        timer.fire(everyMilliseconds: max(Int64(rules.intervalSeconds * 1000), 1))
        ask()
    }

    func stop() {
        timer?.cancel()
        timer = nil
        probe?.abandon()
        probe = nil
    }

    private func ask() {
        // The last question is still under way: its time-out may be longer than the interval.
        guard probe == nil else { return }
        let probe = HealthProbe(question, tls: tls, on: loop) { [unowned self] outcome in answered(outcome) }
        self.probe = probe
        probe.dial(place, timeoutMilliseconds: max(Int64(rules.timeoutSeconds * 1000), 1))
    }

    private func answered(_ outcome: HealthProbe.Outcome) {
        probe = nil
        let failure: String?
        switch outcome {
        case .good: failure = nil
        case .bad(let reason): failure = reason
        case .unasked: return
        }
        if failure != nil { onFailure() }
        guard (failure == nil) != isUp else {
            contrary = 0
            return
        }
        contrary += 1
        guard contrary >= (isUp ? rules.unhealthyAfter : rules.healthyAfter) else { return }
        contrary = 0
        isUp.toggle()
        onChange(isUp, failure ?? "")
    }
}
