import Glibc
import RedisTokenStore
import SQLiteTokenStore
import Synchronization
import Tokens

/// Measures a store with many sessions, for `scripts/bench stores`: `SessionBench URL COUNT cleanup|keep` fills the
/// store, asks for verdicts on tokens taken at random, and, with `cleanup`, removes all of it as expired while others
/// ask and sign in. Prints `NAME VALUE` lines.
@main
struct SessionBench {
    private static let batch = 500
    private static let questions = 20_000
    private static let start: Int64 = 1_800_000_000

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let count = Int(words[2]) else { exit(2) }
        if words[1].hasPrefix("sqlite:") {
            let path = String(words[1].dropFirst(7))
            let store = try SQLiteStore(path: path, commandTimeout: .seconds(30))
            try await measure(store, count)
            tell("file_bytes", try SQLiteStore.size(path: path).bytes)
            if words[3] == "cleanup" {
                // Proxies have their own deadline, and this is another process as far as the file can tell.
                let proxy = try SQLiteStore(path: path)
                try await cleanUp(store, beside: proxy)
                await proxy.close()
            }
            await store.close()
        } else {
            let store = try RedisStore(url: words[1], commandTimeout: .seconds(30))
            try await measure(store, count)
            await store.close()
        }
    }

    // MARK: Sessions

    private static func name(_ number: Int, _ mark: String) -> String {
        // As long as a random identifier of ours, and not in the order in which they are made.
        let mixed = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
        let text = String(mixed, radix: 36)
        return mark + String(repeating: "A", count: 21 - text.utf8.count) + text
    }

    private static func session(_ number: Int) -> StoredSession {
        let identifier = name(number, "s")
        let record = SessionRecord(
            identifier: identifier, subject: "user-\(number / 2)",
            claims: #"{"name":"Alice Example","roles":["admin","editor"]}"#, createdAt: start, lastSeenAt: start,
            clientAddress: "2001:db8::7",
            userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            current: TokenGeneration(
                number: 1, accessIdentifier: name(number, "a"), refreshIdentifier: name(number, "r"), issuedAt: start,
                accessExpiresAt: start + 1800, refreshExpiresAt: start + 86_400))
        return StoredSession(identifier: identifier, record: record, tokens: record.current.tokens(in: identifier))
    }

    private static func access(_ number: Int) -> TokenReference {
        TokenReference(session: name(number, "s"), type: .access, identifier: name(number, "a"))
    }

    // MARK: Figures

    private static func measure(_ store: some TransferableStore, _ count: Int) async throws {
        let clock = ContinuousClock()
        let filling = try await clock.measure {
            for first in stride(from: 0, to: count, by: batch) {
                _ = try await store.add((first..<min(first + batch, count)).map(session), now: start)
            }
        }
        tell("fill_seconds", filling / .seconds(1))
        for round in 0..<3 {
            let processor = processorTime()
            var times: [Duration] = []
            times.reserveCapacity(questions)
            for _ in 0..<questions {
                let token = access(.random(in: 0..<count))
                let begin = clock.now
                guard case .live = try await store.verdict(on: token, now: start) else { fatalError("a wrong verdict") }
                times.append(clock.now - begin)
            }
            times.sort()
            guard round > 0 else { continue }
            tell("verdict_us", times[times.count / 2] / .microseconds(1))
            tell("verdict_cpu_us", Double(processorTime() - processor) / Double(questions) / 1000)
        }
    }

    /// Removes all as expired while another connection asks and signs in, and tells the slowest of those.
    private static func cleanUp(_ store: SQLiteStore, beside proxy: SQLiteStore) async throws {
        let clock = ContinuousClock()
        let isOver = Mutex(false)
        let now = start + 100_000
        async let slowest = beside(proxy, now: now, isOver: { isOver.withLock { $0 } })
        let begin = clock.now
        var removed = 0
        var toMillion: Duration?
        while true {
            // As the proxy's own timer does it.
            let count = try await store.removeExpired(now: now, limit: 1000)
            removed += count
            if removed >= 1_000_000, toMillion == nil { toMillion = clock.now - begin }
            if count < 1000 { break }
        }
        let whole = clock.now - begin
        isOver.withLock { $0 = true }
        let (verdicts, logins) = try await slowest
        tell("cleanup_entries", Double(removed))
        tell("cleanup_seconds", whole / .seconds(1))
        if let toMillion { tell("cleanup_million_seconds", toMillion / .seconds(1)) }
        for (name, times) in [("verdict", verdicts.sorted()), ("login", logins.sorted())] where !times.isEmpty {
            tell("cleanup_\(name)s", Double(times.count))
            tell("cleanup_\(name)_median_ms", times[times.count / 2] / .milliseconds(1))
            tell("cleanup_\(name)_p999_ms", times[times.count * 999 / 1000] / .milliseconds(1))
            tell("cleanup_\(name)_worst_ms", times[times.count - 1] / .milliseconds(1))
        }
    }

    private static func beside(_ proxy: SQLiteStore, now: Int64, isOver: @Sendable () -> Bool) async throws
        -> (verdicts: [Duration], logins: [Duration])
    {
        let clock = ContinuousClock()
        var (verdicts, logins): ([Duration], [Duration]) = ([], [])
        var number = 0
        while !isOver() {
            number += 1
            let identifier = name(number, "n")
            guard var record = session(number).record else { continue }
            record.identifier = identifier
            record.current.accessExpiresAt += 200_000
            record.current.refreshExpiresAt += 200_000
            var begin = clock.now
            try await proxy.insert(record, now: now)
            logins.append(clock.now - begin)
            let token = TokenReference(session: identifier, type: .access, identifier: record.current.accessIdentifier)
            begin = clock.now
            guard case .live = try await proxy.verdict(on: token, now: now) else { fatalError("a wrong verdict") }
            verdicts.append(clock.now - begin)
            try await Task.sleep(for: .milliseconds(2))
        }
        return (verdicts, logins)
    }

    private static func processorTime() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func tell(_ name: String, _ value: some Any) { print(name, value) }
}
