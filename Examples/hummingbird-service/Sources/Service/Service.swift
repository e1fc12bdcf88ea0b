import Hummingbird
import RedisTokenStore
import SQLiteTokenStore
import Tokens

/// A service that signs users in and out with the token library, and shares its sessions with a proxy on the same store.
///
/// JWT_SECRET_KEY is the proxy's secret, STORE its store: sqlite:PATH or redis://HOST. See README.md.
@main
struct Service {
    static func main() async throws {
        let environment = Environment()
        guard let secret = environment.get("JWT_SECRET_KEY") else {
            throw TokenKeyError(.empty, "JWT_SECRET_KEY is not set")
        }
        let store = try store(environment.get("STORE") ?? "sqlite:state/sallyport.db")
        // Issuer, audience, lifetimes and binding have to be those of the proxy.
        let manager = JWTManager(keys: try TokenKeys(TokenKey(secret: Array(secret.utf8))), store: store)

        let router = Router(context: ClientContext.self)
        let sessions = SessionController(manager: manager)
        router.post("login", use: sessions.signIn)
        router.post("logout", use: sessions.signOut)
        router.get("whoami", use: sessions.whoAmI)
        router.get("sessions", use: sessions.list)

        let port = environment.get("PORT", as: Int.self) ?? 3001
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
        await store.close()
    }

    private static func store(_ url: String) throws -> any TokenStore {
        url.hasPrefix("sqlite:") ? try SQLiteStore(path: String(url.dropFirst(7))) : try RedisStore(url: url)
    }
}
