import SallyportTesting
import Testing

/// The launcher that other tests rely on.
@Suite(.timeLimit(.minutes(1)), .serialized)
struct RedisServerTests {
    @Test("A server is started, paused, resumed, killed and started again on its port")
    func life() throws {
        let server = try RedisServer(["--appendonly", "yes", "--appendfsync", "always"])
        #expect(try server.command("SET", "a", "1") == "OK")
        try server.pause()
        try server.resume()
        #expect(try server.command("GET", "a") == "1")
        server.kill()
        #expect(throws: RedisServerError.self) { try server.command("GET", "a") }
        try server.start()
        #expect(try server.command("GET", "a") == "1")
        try server.restart()
        #expect(try server.command("CONFIG", "GET", "port") == "port\n\(server.port)")
    }

    @Test("A server that cannot start says so")
    func failure() {
        #expect(throws: RedisServerError.self) { try RedisServer(["--no-such-option", "1"]) }
    }
}
