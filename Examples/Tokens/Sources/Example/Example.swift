import SQLiteTokenStore
import Tokens

/// The token library without the proxy. Run it with: swift run --package-path Examples/Tokens
@main
struct Example {
    static func main() async throws {
        // MemoryTokenStore() and RedisStore(url: "redis://127.0.0.1:6379") take the same place.
        let store = try SQLiteStore(path: "state/example.db")
        // In production the secret comes from the environment; the first key signs, each one verifies.
        let key = try TokenKey(secret: Array("a secret of at least thirty-two bytes".utf8), algorithm: .hs256)
        let manager = JWTManager(
            keys: try TokenKeys(key), store: store, settings: TokenSettings(accessTokenExpireSeconds: 900))
        let client = ClientIdentity(address: "192.0.2.7", userAgent: "Example/1.0")

        // Sign in: a session with its first access and refresh token.
        let first = try await manager.issueSession(subject: "alice", claims: ["roles": ["admin"]], client: client)
        let token = try await manager.verifyToken(first.accessToken, expecting: .access, client: client)
        print("\(token.subject ?? "nobody"), generation \(token.generation ?? 0)")

        // Refresh: both tokens are new. The same refresh token again, within the grace, gives the same ones.
        let second = try await manager.rotate(first.refreshToken, client: client)
        print("generation \(second.tokens.generation)")

        // Each failure is an error of its own.
        let thief = ClientIdentity(address: "198.51.100.9", userAgent: "Example/1.0")
        do throws(TokenError) {
            _ = try await manager.verifyToken(second.tokens.accessToken, expecting: .access, client: thief)
        } catch {
            print("refused: \(error.code)")
        }

        // Sign out: all tokens of the session are revoked at once.
        _ = try await manager.endSession(first.session)
        do throws(TokenError) {
            _ = try await manager.verifyToken(second.tokens.accessToken, expecting: .access, client: client)
        } catch {
            print("refused: \(error.code)")
        }
        await store.close()
    }
}
