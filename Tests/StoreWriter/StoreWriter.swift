internal import Glibc
internal import SQLiteTokenStore
internal import Tokens

/// A process of its own for the tests of the SQLite store, because some things can only be done to a whole process.
///
/// - `StoreWriter forever PATH`: inserts sessions without end and prints each one's identifier after it was answered;
///   it is there to be killed.
/// - `StoreWriter full PATH BYTES`: inserts a session, lets no file grow beyond BYTES, and prints what a further
///   insertion and `ping` say; then lifts the limit, and prints what these two and the first session say.
/// - `StoreWriter once PATH SID`: inserts one session.
@main
struct StoreWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { exit(2) }
        let store = try SQLiteStore(path: arguments[2], commandTimeout: .seconds(5))
        switch arguments[1] {
        case "forever": try await insertForever(into: store)
        case "full" where arguments.count == 4: try await fill(store, bytes: rlim_t(arguments[3]) ?? 0)
        case "once" where arguments.count == 4: try await store.insert(session(arguments[3]), now: 0)
        default: exit(2)
        }
        await store.close()
    }

    private static func session(_ identifier: String) -> SessionRecord {
        SessionRecord(
            identifier: identifier, subject: "alice", claims: "{}", createdAt: 0, lastSeenAt: 0,
            clientAddress: "192.0.2.1", userAgent: nil,
            current: TokenGeneration(
                number: 1, accessIdentifier: "access-\(identifier)", refreshIdentifier: "refresh-\(identifier)",
                issuedAt: 0, accessExpiresAt: 1_000, refreshExpiresAt: 2_000))
    }

    /// One line, in one write, so that what the reader has is what was answered.
    private static func say(_ line: String) {
        var bytes = Array((line + "\n").utf8)
        _ = unsafe write(STDOUT_FILENO, &bytes, bytes.count)
    }

    private static func insertForever(into store: SQLiteStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0... {
                        let identifier = "\(writer)-\(number)"
                        try await store.insert(session(identifier), now: 0)
                        say(identifier)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func fill(_ store: SQLiteStore, bytes: rlim_t) async throws {
        try await store.insert(session("0"), now: 0)
        // The reading connection, too, has opened its files when the limit comes.
        _ = try await store.session("0", now: 0)
        // The default action of SIGXFSZ would end the process, where a full disk does not.
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        limit.rlim_cur = bytes
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        do throws(TokenStoreError) { try await store.insert(session("1"), now: 0) } catch {
            say("insert \(error.kind)")
        }
        do throws(TokenStoreError) { try await store.ping() } catch { say("ping \(error.kind)") }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        try await store.ping()
        say("ping well")
        try await store.insert(session("later"), now: 0)
        say("insert well")
        let first = try await store.session("0", now: 0)
        say("first \(first == session("0"))")
    }
}
