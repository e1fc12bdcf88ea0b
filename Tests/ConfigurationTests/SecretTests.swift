import SallyportConfiguration
import Testing

@Suite("Secrets of a configuration")
struct SecretTests {
    @Test(
        "A secret has at least as many bytes as its algorithm's digest",
        arguments: [("HS256", 32), ("HS384", 48), ("HS512", 64)])
    func length(_ algorithm: String, _ least: Int) throws {
        var file = SampleFile(SampleFile.base + "tokens: {algorithm: \(algorithm)}")
        file.environment = ["JWT_SECRET_KEY": String(repeating: "k", count: least)]
        #expect(try file.load().configuration.tokens.keys.map(\.secret?.count) == [least])
        file.environment = ["JWT_SECRET_KEY": String(repeating: "k", count: least - 1)]
        #expect(
            file.problems() == [
                "4:1: tokens.secret: is shorter than the \(least) bytes that \(algorithm) needs: make one with “sallyport keys generate”"
            ])
    }

    @Test("A variable that is empty or not set refuses the start")
    func empty() {
        var file = SampleFile(SampleFile.base)
        file.environment = ["JWT_SECRET_KEY": ""]
        #expect(
            file.problems() == [
                "1:1: tokens.secret: needs the environment variable JWT_SECRET_KEY, which is empty: set it to a secret"
            ])
        file.environment = [:]
        #expect(
            file.problems() == [
                "1:1: tokens.secret: needs the environment variable JWT_SECRET_KEY, which is not set: set it, or write {file: PATH}"
            ])
    }

    @Test("JWT_ALGORITHM wins over the file, and has to be one we know")
    func algorithm() throws {
        var file = SampleFile(SampleFile.base + "tokens: {algorithm: HS256}")
        file.environment["JWT_ALGORITHM"] = "HS384"
        #expect(try file.load().configuration.tokens.keys.map(\.algorithm) == ["HS384"])
        file.environment["JWT_ALGORITHM"] = ""
        #expect(try file.load().configuration.tokens.keys.map(\.algorithm) == ["HS256"])
        file.environment["JWT_ALGORITHM"] = "none"
        #expect(
            file.problems() == [
                "4:1: tokens.algorithm: is “none” by the environment variable JWT_ALGORITHM: set it to one of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA"
            ])
    }

    @Test("JWT_ALGORITHM does not change a key that names its algorithm, and a warning says so")
    func pinned() throws {
        var file = SampleFile(
            SampleFile.base + """
                tokens:
                  keys:
                    - {kid: a, algorithm: HS256, secret: {env: JWT_SECRET_KEY}}
                    - {kid: b, secret: {env: JWT_SECRET_KEY}}
                """)
        file.environment["JWT_ALGORITHM"] = "HS512"
        let loaded = try file.load()
        #expect(loaded.configuration.tokens.keys.map(\.algorithm) == ["HS256", "HS512"])
        #expect(
            loaded.warnings.map(\.description) == [
                "/etc/sallyport/s.yaml:6:27: tokens.keys[0].algorithm: stays as it is: JWT_ALGORITHM is for keys that name no algorithm"
            ])
    }

    @Test("A secret's file is read beside the configuration, without the line end, and is private")
    func file() throws {
        var file = SampleFile(SampleFile.base + "tokens: {secret: {file: jwt.key}}")
        let path = "/etc/sallyport/jwt.key"
        for end in ["", "\n", "\r\n"] {
            file.files[path] = .init(bytes: Array((longSecret + end).utf8), permissions: 0o640)
            let loaded = try file.load()
            #expect(loaded.configuration.tokens.keys.map(\.secret) == [Array(longSecret.utf8)])
            #expect(loaded.warnings == [])
        }
        file.files[path]?.permissions = 0o644
        #expect(
            try file.load().warnings.map(\.description) == [
                "/etc/sallyport/s.yaml:4:25: tokens.secret.file: names /etc/sallyport/jwt.key, which every user of this machine may read: chmod 0600 it"
            ])
        file.files[path] = .init(bytes: Array("\n".utf8))
        #expect(
            file.problems() == [
                "4:25: tokens.secret.file: names /etc/sallyport/jwt.key, which is empty: write a secret into it"
            ])
    }

    @Test("No secret enters a problem or a warning")
    func silence() {
        let canary = "canary-7f3a"
        var file = SampleFile(
            """
            listeners: []
            tokens:
              secret: \(canary)
              keys: [{kid: a, secret: \(canary)}, {kid: b, secret: {env: SHORT}}, {kid: c, secret: {file: short}}]
            store: {url: "postgres://u:\(canary)@h/ x", password: \(canary)}
            """)
        file.environment = ["SHORT": canary]
        file.files = ["/etc/sallyport/short": .init(bytes: Array(canary.utf8))]
        let problems = file.problems()
        #expect(problems.count >= 6)
        #expect(problems.filter { $0.contains(canary) } == [])
    }

    @Test(
        "A Redis of each kind takes its password from elsewhere",
        arguments: [
            ("redis://gate@h:1/2", "redis://gate:p%40ss@h:1/2"), ("REDIS://h", "REDIS://:p%40ss@h"),
            ("unix:///run/redis.sock", "unix://:p%40ss@/run/redis.sock"),
            ("redis+sentinel://a,b:2/main", "redis+sentinel://:p%40ss@a,b:2/main"),
            ("redis+cluster://gate@a:1,b:2", "redis+cluster://gate:p%40ss@a:1,b:2"),
        ])
    func redisPassword(_ url: String, _ full: String) throws {
        var file = SampleFile(SampleFile.base + "store: {url: '\(url)', password: {env: REDIS_PASSWORD}}")
        file.environment["REDIS_PASSWORD"] = "p@ss"
        #expect(try file.load().configuration.store.url == full)
    }

    @Test("A store that is no Redis takes no password", arguments: ["memory:", "sqlite:state/x.db"])
    func noPassword(_ url: String) {
        var file = SampleFile(SampleFile.base + "store: {url: '\(url)', password: {env: REDIS_PASSWORD}}")
        file.environment["REDIS_PASSWORD"] = "p"
        #expect(file.problems().count == 1)
    }
}
