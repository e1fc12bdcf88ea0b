import Testing
import Tokens

@testable import RedisTokenStore

/// ATTACKS row 32 (CVE-2021-32765): a server that wants to harm its client.
@Suite(.timeLimit(.minutes(1)), .serialized)
struct RedisHostilityTests {
    @Test(
        "A hostile reply ends the connection with an error of its own, and no verdict",
        arguments: [
            "*1073741825\r\n", "*4294967297\r\n", "*9223372036854775807\r\n", "*-2\r\n",
            "$9223372036854775807\r\n", "$4294967296\r\nx", "$-5\r\n",
            "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
            ":99999999999999999999\r\n", "%2\r\n+a\r\n+b\r\n", "HTTP/1.1 200 OK\r\n\r\n", "+OK\n", "\0\0\0\0",
            "$2\r\nabcd\r\n",
        ])
    func hostile(_ reply: String) async throws {
        let server = try await FakeRedis { _, words in
            words.first == "GET" && words.last != "jwt:ping" ? reply : FakeRedis.usual(words)
        }
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), watchesVerdicts: false)
        #expect(await store.failure() == .corrupt)
        await store.close()
        server.end()
    }

    @Test("Lines and strings without an end are given up at their limit")
    func endless() async throws {
        let server = try await FakeRedis { connection, words in
            guard words.first == "GET" else { return FakeRedis.usual(words) }
            return "+" + String(repeating: "x", count: 65_537)
        }
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), watchesVerdicts: false)
        #expect(await store.failure() == .corrupt)
        await store.close()
        server.end()
    }

    @Test("An answer that nobody asked for ends the connection")
    func unasked() async throws {
        let server = try await FakeRedis { _, words in
            words.first == "GET" ? "$-1\r\n$-1\r\n" : FakeRedis.usual(words)
        }
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), watchesVerdicts: false)
        #expect(try await store.verdict(on: Sample.access(), now: Sample.now) == .revoked)
        let failed = await wait { await store.failure() == .corrupt }
        #expect(failed != nil)
        await store.close()
        server.end()
    }

    @Test(
        "A value that is not ours is an error and no verdict",
        arguments: ["$1\r\n1\r\n", "$5\r\n1 1 1\r\n", "$4\r\n1800\r\n", ":5\r\n", "*0\r\n", "+OK\r\n", "$0\r\n\r\n"])
    func strange(_ reply: String) async throws {
        let server = try await FakeRedis { _, words in words.first == "GET" ? reply : FakeRedis.usual(words) }
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), watchesVerdicts: false)
        #expect(await store.failure() == .corrupt)
        await store.close()
        server.end()
    }

    @Test(
        "Error replies are told by their meaning, and never repeated",
        arguments: [
            ("LOADING Redis is loading the dataset in memory", TokenStoreError.Kind.unreachable),
            ("MASTERDOWN Link with MASTER is down", .unreachable), ("BUSY Redis is busy", .unreachable),
            ("MISCONF Redis is configured to save RDB snapshots", .readOnly),
            ("NOAUTH Authentication required.", .notPermitted),
            ("NOPERM this user has no permissions", .notPermitted), ("OOM command not allowed", .readOnly),
            ("READONLY You can't write against a read only replica.", .readOnly),
            ("WRONGTYPE Operation against a key", .corrupt),
            ("ERR unknown command 'GET', with args beginning with: 'jwt:{s1}:access:s1-a1'", .corrupt),
        ])
    func errors(_ message: String, _ kind: TokenStoreError.Kind) async throws {
        let server = try await FakeRedis { _, words in words.first == "GET" ? "-\(message)\r\n" : FakeRedis.usual(words)
        }
        let store = try RedisStore(url: server.url, commandTimeout: .seconds(10), watchesVerdicts: false)
        let error = await #expect(throws: TokenStoreError.self) {
            _ = try await store.verdict(on: Sample.access(), now: Sample.now)
        }
        #expect(error?.kind == kind)
        #expect(error?.description.contains("s1-a1") == false)
        await store.close()
        server.end()
    }
}
