import SallyportConfiguration
import Foundation
import SallyportTesting
import Testing
import Tokens

@testable import Admin
@testable import AuthProxy

/// The endpoints with a manager over a memory store, a clock that the test moves, and an audit log in a file.
final class Desk: Sendable {
    static let client = ClientIdentity(address: "192.0.2.7", userAgent: "Test/1.0")
    static let stranger = ClientIdentity(address: "198.51.100.9", userAgent: "Other/2.0")

    let clock = ManualClock()
    let store = FaultyStore()
    let manager: JWTManager
    let writer: LogWriter
    let services: ReservedServices
    let router: EndpointRouter
    private let auditPath: String

    init(_ settings: TokenSettings = TokenSettings(), probe: ReadinessProbe = ReadinessProbe()) throws {
        let key = try TokenKey(secret: Array("a secret of thirty-two bytes 0123".utf8))
        manager = JWTManager(keys: try TokenKeys(key), store: store, settings: settings, clock: clock.wallClock)
        auditPath = FileManager.default.temporaryDirectory.appending(path: "sallyport-audit-\(UUID().uuidString)").path
        var logging = LoggingConfiguration()
        logging.access = .off
        logging.audit = .file(auditPath)
        writer = try LogWriter(logging)
        router = EndpointRouter(probe: probe)
        services = ReservedServices(
            manager: manager, audit: AuditLog(writer), counters: Counters(nil), configuration: ProxyConfiguration(),
            isDraining: false)
    }

    deinit {
        writer.close(timeout: .seconds(5))
        do { try FileManager.default.removeItem(atPath: auditPath) } catch { print("cannot remove \(auditPath)") }
    }

    func session(_ subject: String = "alice", _ claims: JSONObject = ["roles": ["admin"]]) async throws -> IssuedTokens
    {
        try await manager.issueSession(subject: subject, claims: claims, client: Self.client)
    }

    /// Answers as the core has it done: the credentials are verified first where the endpoint wants that.
    func answer(_ request: ReservedRequest) async throws -> ReservedAnswer {
        var request = request
        if router.needsIdentity(request) {
            do throws(TokenError) {
                guard let token = request.bearer ?? request.accessCookie else { throw .missing }
                let verified = try manager.verifyLocally(token.span, accepting: [.access], client: request.client)
                _ = try await manager.checkRevocation(verified)
                request.identity = verified
            } catch {
                var isStore = false
                if case .store = error { isStore = true }
                request.refusal = (isStore ? 503 : 401, VerdictCode(error), "A sentence.")
            }
        }
        return await router.answer(request, services)
    }

    /// The audit events so far: name, and the member that tells them apart.
    func events() throws -> [String] { try auditLines().map { try #require($0["event"] as? String) } }

    func auditLines() throws -> [[String: Any]] {
        try #require(writer.flush(timeout: .seconds(10)))
        let text = try String(contentsOfFile: auditPath, encoding: .utf8)
        return try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// Whether an access token is still good.
    func lives(_ tokens: IssuedTokens) async -> Bool {
        do {
            _ = try await manager.verifyToken(tokens.accessToken, expecting: .access, client: Self.client)
            return true
        } catch {
            return false
        }
    }
}
