import Testing

@testable import Admin
@testable import AuthProxy

@Suite("The reserved path")
struct RouterTests {
    @Test(
        "What is not an endpoint is 404",
        arguments: ["", "sessions", "session/", "Session", "metrics", "health/", "health/live", "refresh;x=1"])
    func unknown(path: String) async throws {
        let answer = try await Desk().answer(.test("GET", path))
        #expect(answer.status == 404)
        #expect(try answer.error == "not_found")
        #expect(try answer.object["request_id"]?.string == "request-1")
    }

    @Test(
        "A method that an endpoint does not answer to is 405 with Allow",
        arguments: [
            ("POST", "session", "GET, HEAD"), ("GET", "refresh", "POST"), ("GET", "logout", "POST"),
            ("HEAD", "logout", "POST"), ("PUT", "logout-everywhere", "POST"), ("GET", "websocket-token", "POST"),
            ("DELETE", "health", "GET, HEAD"), ("post", "refresh", "POST"), ("OPTIONS", "logout", "POST"),
        ])
    func wrongMethod(method: String, path: String, allow: String) async throws {
        let answer = try await Desk().answer(.test(method, path))
        #expect(answer.status == 405)
        #expect(answer.field("Allow") == allow)
        #expect(answer.cookieChange == "unchanged")
    }

    @Test("HEAD is allowed where GET is", arguments: ["health", "health/ready", "session"])
    func head(path: String) async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        #expect(try await desk.answer(.test("HEAD", path).bearer(tokens.accessToken)).status == 200)
    }

    @Test(
        "Credentials are verified beforehand for the endpoints that need it, and for no request that is refused anyway")
    func needsIdentity() async throws {
        let desk = try Desk()
        let tokens = try await desk.session()
        func asks(_ request: ReservedRequest) -> Bool { desk.router.needsIdentity(request.cookies(tokens)) }
        #expect(asks(.test("GET", "session")))
        #expect(asks(.test("POST", "websocket-token")))
        #expect(asks(.test("POST", "logout-everywhere")))
        #expect(!asks(.test("POST", "refresh")))
        #expect(!asks(.test("POST", "logout")))
        #expect(!asks(.test("GET", "health/ready")))
        #expect(!asks(.test("POST", "websocket-token", origin: "https://evil.example")))
        #expect(!asks(.test("POST", "websocket-token", origin: nil)))
        #expect(!asks(.test("POST", "session")))
        #expect(!asks(.test("GET", "nothing")))
    }
}
