import Foundation
import HTTPWire
import Testing

@testable import AuthProxy

@Suite("Timestamps")
struct LogTimestampTests {
    static let points: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (sampleTime, "2026-11-25T07:05:37.123Z"),
        (951_782_399_999_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
        (.max, "9999-12-31T23:59:59.999Z"),
        (.min, "0000-01-01T00:00:00.000Z"),
    ]

    @Test("A point in time is written as RFC 3339 in UTC with milliseconds", arguments: points)
    func known(microseconds: Int64, text: String) {
        let output = OutputBuffer()
        var timestamp = LogTimestamp()
        timestamp.append(microseconds, to: output)
        #expect(output.string == text)
    }

    @Test("Times of 200 years agree with Foundation's, with the second's text kept in between")
    func agrees() {
        let formatter = ISO8601DateFormatter()
        var timestamp = LogTimestamp()
        for seconds in stride(from: Int64(0), to: 6_311_433_600, by: 8_640_017) {
            for milliseconds in [Int64(7), 450] {
                let output = OutputBuffer()
                timestamp.append(seconds * 1_000_000 + milliseconds * 1000, to: output)
                let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
                let fraction = milliseconds == 7 ? ".007Z" : ".450Z"
                #expect(output.string == expected.dropLast() + fraction)
            }
        }
    }
}
