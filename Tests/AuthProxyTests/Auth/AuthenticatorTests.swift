import SallyportConfiguration
import HTTPWire
import SallyportTesting
import Testing
import Tokens

@testable import AuthProxy

/// What becomes of a token between its judgement, which takes no time, and the decision, which may wait for the store.
@Suite("Between judgement and decision")
struct AuthenticatorTests {
    /// A loop's part, in front of a store that never answers at once.
    private struct Desk {
        let manager: JWTManager
        let cache = VerifiedTokenCache(capacity: 64)
        let authenticator: Authenticator
        let route: Route
        let tokens: IssuedTokens
        let request: AuthRequest

        init() async throws {
            let key = try TokenKey(secret: Array("0123456789abcdef0123456789abcdef".utf8))
            manager = JWTManager(keys: try TokenKeys(key), store: FaultyStore())
            authenticator = Authenticator(
                manager: manager, cache: cache, desk: RotationDesk(), refreshAheadSeconds: 0,
                audit: AuditLog(try LogWriter.make()), counters: LoopCounters())
            route = Route(
                RouteConfiguration(name: "shop", upstream: "shop"), upstream: 0,
                identity: IdentityMapping(number: 0, []))
            let client = ClientIdentity(address: "192.0.2.7", userAgent: "check")
            tokens = try await manager.issueSession(subject: "alice", client: client)
            request = try Self.request(tokens.accessToken)
        }

        private static func request(_ token: String) throws -> AuthRequest {
            let text = "GET / HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer \(token)\r\nUser-Agent: check\r\n\r\n"
            let bytes = Array(text.utf8)
            var head = RequestHead()
            #expect(try RequestHeadParser.parse(bytes.span, limits: HeadLimits(), into: &head) == .complete)
            // Bytes have no padding, so that their span is as good as the array.
            let span = unsafe bytes.span.bytes
            var cookies = CookieScanner(names: ["access", "refresh"])
            try cookies.scan(head.table, in: span)
            let credentials = Credentials(
                head, in: span, sources: [.authorization], cookies: cookies, handshake: nil)
            return AuthRequest(
                credentials, userAgent: head.first(.userAgent)?.value, address: IPAddress(v4: 0xc000_0207), in: span,
                requestID: "r")
        }

        func isLetIn(_ judgement: Authenticator.Judgement) async -> Bool {
            if case .proceed(.some, _) = await authenticator.decide(judgement, request, route) { true } else { false }
        }
    }

    @Test("A token is kept once the store has said that it lives")
    func kept() async throws {
        let desk = try await Desk()
        #expect(await desk.isLetIn(desk.authenticator.judge(desk.request, desk.route)))
        #expect(desk.cache.count == 1)
        guard case .known = desk.authenticator.judge(desk.request, desk.route) else {
            Issue.record("a token that was kept is not known")
            return
        }
    }

    @Test("A token that was judged before keys were withdrawn is not kept, though the store says that it lives")
    func withdrawn() async throws {
        let desk = try await Desk()
        let judgement = desk.authenticator.judge(desk.request, desk.route)
        desk.cache.forgetForeignTokens()
        #expect(await desk.isLetIn(judgement))
        #expect(desk.cache.count == 0)
    }

    @Test("A known token whose session ends in the turn that found it is asked about again")
    func ended() async throws {
        let desk = try await Desk()
        #expect(await desk.isLetIn(desk.authenticator.judge(desk.request, desk.route)))
        let judgement = desk.authenticator.judge(desk.request, desk.route)
        #expect(try await desk.manager.endSession(desk.tokens.session))
        desk.cache.invalidate(.session(desk.tokens.session))
        #expect(await !desk.isLetIn(judgement))
    }
}
