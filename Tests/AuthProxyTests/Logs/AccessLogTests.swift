import SallyportConfiguration
import Foundation
import HTTPWire
import Testing

@testable import AuthProxy

@Suite("Access log")
struct AccessLogTests {
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    /// The one line that `append` makes.
    private func line(
        format: LoggingConfiguration.Format = .json, _ append: (AccessLogBuffer) -> Void
    ) throws -> String {
        let writer = try LogWriter.make(access: .file(folder.file("access")), format: format)
        let buffer = AccessLogBuffer(writer)
        append(buffer)
        buffer.flush()
        #expect(writer.close(timeout: .seconds(10)))
        let lines = try folder.lines("access")
        try #require(lines.count == 1)
        return String(lines[0])
    }

    @Test("A JSON line has all members, with their numbers and words")
    func complete() throws {
        var entry = AccessLogEntry(time: sampleTime)
        entry.status = 200
        entry.client = IPAddress(v4: 0xc000_0207)
        entry.bytesIn = 12
        entry.bytesOut = 3456
        entry.duration = 7890
        entry.authentication = 1
        entry.upstreamConnect = 0
        entry.upstreamFirstByte = 5000
        entry.upstreamBody = 6
        entry.verdict = .ok
        entry.isRefreshed = true
        let text = try line {
            $0.append(
                entry, method: Array("POST".utf8), path: Array("/a/b".utf8), host: Array("shop.example".utf8),
                route: Array("shop /".utf8), upstream: Array("shop".utf8), requestID: Array("r-1".utf8),
                subject: Array("alice".utf8), tokenID: Array("j-1".utf8))
        }
        let members = try object(text) as NSDictionary
        #expect(
            members == [
                "time": "2026-11-25T07:05:37.123Z", "client_address": "192.0.2.7", "method": "POST",
                "host": "shop.example", "path": "/a/b", "protocol": "HTTP/1.1", "status": 200, "bytes_in": 12,
                "bytes_out": 3456, "duration_us": 7890, "auth_us": 1, "upstream_connect_us": 0,
                "upstream_first_byte_us": 5000, "upstream_body_us": 6, "route": "shop /", "upstream": "shop",
                "verdict": "ok", "refreshed": true, "sub": "alice", "jti": "j-1", "request_id": "r-1",
            ])
    }

    @Test("Members that do not apply are left out")
    func sparse() throws {
        var entry = AccessLogEntry(time: sampleTime)
        entry.status = 408
        entry.reason = "head_timeout"
        let text = try line { $0.append(entry, method: [], path: []) }
        #expect(
            try object(text) as NSDictionary == [
                "time": "2026-11-25T07:05:37.123Z", "protocol": "HTTP/1.1", "status": 408, "bytes_in": 0,
                "bytes_out": 0, "duration_us": 0, "reason": "head_timeout",
            ])
    }

    static let hostileBytes: [[UInt8]] = [
        Array(0...255), Array("\",\"admin\":true,\"x\":\"\r\n{\"".utf8), [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80],
        [0xf5, 0x80, 0x80, 0x80], [0x1b, 0x5b, 0x32, 0x4a],
    ]

    @Test("Whatever bytes a peer sends, a JSON line stays one line of valid JSON", arguments: hostileBytes)
    func hostile(bytes: [UInt8]) throws {
        let text = try line {
            $0.append(
                AccessLogEntry(time: sampleTime), method: bytes, path: bytes, host: bytes, route: bytes,
                upstream: bytes, requestID: bytes, subject: bytes, tokenID: bytes)
        }
        let members = try object(text)
        #expect(members["admin"] == nil)
        let expected = String(decoding: bytes, as: UTF8.self)
        for name in ["method", "path", "host", "route", "upstream", "request_id", "sub", "jti"] {
            let value = try #require(members[name] as? String)
            // Foundation may merge several bytes of one broken character; those are told by their number only.
            #expect(
                value.unicodeScalars.filter { $0 != "\u{fffd}" } == expected.unicodeScalars.filter { $0 != "\u{fffd}" })
        }
        #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    }

    @Test("For people no byte of a peer reaches the terminal unless it is printable ASCII")
    func hostileHuman() throws {
        let bytes = [UInt8](0...255)
        let text = try line(format: .human) {
            $0.append(
                AccessLogEntry(time: sampleTime), method: bytes, path: bytes, host: bytes, upstream: bytes,
                subject: bytes)
        }
        #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
        #expect(text.contains("\\x1b"))
        #expect(text.contains("\\x0a"))
    }

    @Test("A line for people is short and aligned")
    func human() throws {
        var entry = AccessLogEntry(time: sampleTime)
        entry.status = 200
        entry.duration = 12_345
        entry.verdict = .ok
        entry.isRefreshed = true
        let text = try line(format: .human) {
            $0.append(
                entry, path: Array("/a".utf8), host: Array("shop".utf8), upstream: Array("web".utf8),
                subject: Array("alice".utf8))
        }
        #expect(text == "07:05:37.123Z  200    12.3 ms  GET     shop/a > web  ok (refreshed)  sub=alice")
    }

    @Test("A text that is too long is cut at a whole character, and says so")
    func long() throws {
        let text = try line {
            $0.append(
                AccessLogEntry(time: sampleTime), path: Array(("a" + String(repeating: "é", count: 5000)).utf8),
                subject: Array(String(repeating: "s", count: 256).utf8),
                tokenID: Array(String(repeating: "t", count: 257).utf8))
        }
        let members = try object(text)
        #expect(members["path"] as? String == "a" + String(repeating: "é", count: 4095) + "...")
        #expect(members["sub"] as? String == String(repeating: "s", count: 256))
        #expect(members["jti"] as? String == String(repeating: "t", count: 256) + "...")
    }

    @Test("A full batch is handed over without a flush, and none is lost between batches")
    func batches() throws {
        let writer = try LogWriter.make(access: .file(folder.file("access")))
        let buffer = AccessLogBuffer(writer)
        var handedOver = 0
        for number in 0..<2000 {
            var entry = AccessLogEntry(time: sampleTime)
            entry.bytesIn = Int64(number)
            buffer.append(entry)
            if buffer.isEmpty {
                handedOver += 1
                #expect(writer.flush(timeout: .seconds(10)))
            }
        }
        #expect(handedOver > 5)
        #expect(!buffer.isEmpty)
        buffer.flush()
        #expect(buffer.isEmpty)
        #expect(writer.close(timeout: .seconds(10)))
        #expect(try folder.objects("access").map { $0["bytes_in"] as? Int } == Array(0..<2000))
        #expect(writer.statistics == LogStatistics())
    }

    @Test("Where the access log is off nothing is written, and the loop is told")
    func off() throws {
        let writer = try LogWriter.make(audit: .file(folder.file("audit")))
        let buffer = AccessLogBuffer(writer)
        #expect(buffer.isOff)
        buffer.append(AccessLogEntry(time: sampleTime))
        #expect(buffer.isEmpty)
        #expect(writer.close(timeout: .seconds(10)))
        #expect(try folder.lines("audit").isEmpty)
    }
}
