import Glibc
import Tokens

/// Measures verifications on one core, for `scripts/bench tokens`.
///
/// - `TokenBench make FOLDER`: for each algorithm a key (`ALG.key`: a secret or a public key in PEM), a token
///   (`ALG.jwt`) of 300 bytes or more, and the key pair (`ALG.private`) that it was signed with.
/// - `TokenBench ALGORITHM FOLDER MILLISECONDS WHAT`: prints how many nanoseconds of processor time one verification
///   takes. WHAT is `judge` (signature, claims, expiry) or `proxy` (with type, issuer, audience and binding, as the proxy
///   does it).
@main
struct TokenBench {
    private static let client = ClientIdentity(address: "192.0.2.7", userAgent: "Bench/1.0")
    private static let settings = TokenSettings(
        issuer: "https://gate.example", audience: "shop", accessTokenExpireSeconds: 1_000_000)
    private static let claims: JSONObject = ["name": "Alice Example", "roles": ["admin", "editor"]]

    static func main() async throws {
        let words = CommandLine.arguments
        if words.count == 3, words[1] == "make" { return try await make(words[2]) }
        guard words.count == 5, let algorithm = SignatureAlgorithm(rawValue: words[1]), let time = Int64(words[3])
        else { exit(2) }
        let keys = try keys(algorithm, words[2])
        let token = try read("\(words[2])/\(algorithm.rawValue).jwt")
        switch words[4] {
        case "judge":
            let judge = TokenJudge(
                keys: keys, demands: TokenDemands(issuer: settings.issuer, audience: settings.audience))
            print(try measure(time) { judge.judge(token.span).isValid })
        case "proxy":
            let manager = JWTManager(keys: keys, store: MemoryTokenStore(), settings: settings)
            print(
                try measure(time) {
                    do throws(TokenError) {
                        return try manager.verifyLocally(token.span, accepting: [.access], client: client).expiresAt > 0
                    } catch {
                        return false
                    }
                })
        default: exit(2)
        }
    }

    private static func make(_ folder: String) async throws {
        for algorithm in SignatureAlgorithm.allCases {
            let secret = TokenKey.randomSecret(for: algorithm)
            let key = try secret.map { try TokenKey(secret: $0, algorithm: algorithm) } ?? TokenKey.generate(algorithm)
            let manager = JWTManager(keys: try TokenKeys(key), store: MemoryTokenStore(), settings: settings)
            let issued = try await manager.issueSession(subject: "alice", claims: claims, client: client)
            let name = "\(folder)/\(algorithm.rawValue)"
            try write(Array(issued.accessToken.utf8), to: name + ".jwt")
            try write(secret ?? key.publicPEM ?? [], to: name + ".key")
            try write(secret ?? key.privatePEM ?? [], to: name + ".private")
        }
    }

    private static func keys(_ algorithm: SignatureAlgorithm, _ folder: String) throws -> TokenKeys {
        let bytes = try read("\(folder)/\(algorithm.rawValue).private")
        if algorithm.isSymmetric { return try TokenKeys(TokenKey(secret: bytes, algorithm: algorithm)) }
        return try TokenKeys(file: bytes, algorithms: [algorithm])
    }

    /// Nanoseconds of this thread for one call, over `milliseconds` of them.
    private static func measure(_ milliseconds: Int64, _ body: () -> Bool) throws -> Int64 {
        for _ in 0..<200 where !body() { throw Failure(what: "the token is not taken") }
        var count: Int64 = 0
        let start = now()
        while true {
            for _ in 0..<50 { guard body() else { throw Failure(what: "the token is not taken") } }
            count += 50
            let worked = now() - start
            if worked > milliseconds * 1_000_000 { return worked / count }
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    struct Failure: Error { var what: String }

    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { throw Failure(what: "cannot read \(path)") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(count, 0)))
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw Failure(what: "cannot write \(path)") }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw Failure(what: "cannot write \(path)")
        }
    }
}
