import HTTPWire

/// The demo application without its sockets: what it answers to a request.
///
/// It checks passwords and nothing else. Sessions, tokens and cookies are the gate's; the site only reads the identity
/// headers, which nobody but the gate can set.
public struct DemoSite: Sendable {
    /// How long the gate of this demo gives a successor again, in seconds; the page waits for it.
    public var rotationGraceSeconds: Int64

    /// A site behind a gate with that grace.
    public init(rotationGraceSeconds: Int64) {
        self.rotationGraceSeconds = rotationGraceSeconds
    }

    /// Answers a request; every request has an answer.
    func respond(to request: DemoRequest) -> DemoResponse {
        switch request.path {
        case "/":
            return reading(request) { home(request) }
        case "/login":
            if request.method == .post { return signIn(request) }
            return reading(request, also: "POST") { .page(LoginPage(message: nil).html) }
        case "/json-login":
            guard request.method == .post else { return Self.notAllowed("POST") }
            return signInForTokens(request)
        case "/whoami":
            return reading(request) { .json(WhoAmI.json(request.fields)) }
        case "/echo":
            return reading(request) {
                DemoResponse.text(.upgradeRequired, "Open this address as a WebSocket.").adding("Upgrade", "websocket")
                    .adding("Sec-WebSocket-Version", "13")
            }
        default:
            guard let asset = Asset(path: request.path) else {
                return .page(MessagePage(title: "Not here", sentence: "There is no such page.").html, status: .notFound)
            }
            return reading(request) { asset.response }
        }
    }

    private func home(_ request: DemoRequest) -> DemoResponse {
        guard let identity = request.identity else { return .page(LoginPage(message: nil).html) }
        let page = HomePage(identity: identity, fields: request.fields, rotationGraceSeconds: rotationGraceSeconds)
        return .page(page.html)
    }

    /// Answers GET and HEAD.
    private func reading(_ request: DemoRequest, also other: String? = nil, _ answer: () -> DemoResponse)
        -> DemoResponse
    {
        guard request.method == .get || request.method == .head else {
            return Self.notAllowed("GET, HEAD" + (other.map { ", " + $0 } ?? ""))
        }
        return answer()
    }

    static func notAllowed(_ methods: String) -> DemoResponse {
        DemoResponse.text(.methodNotAllowed, "This address answers to \(methods).").adding("Allow", methods)
    }
}
