import HTTPWire
import Testing

@testable import HTTP2

/// Which clients are cut for the work that they make, whatever the pieces that their frames come in.
struct FrameWatchTests {
    private static let limits = HTTP2Limits(resets: 10, controlFrames: 20, intervalMilliseconds: 1000)

    private static func frame(_ type: UInt8, _ flags: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        [
            UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255), type, flags, 0, 0,
            0, 1,
        ]
            + payload
    }

    /// How many frames of a kind pass, in pieces of a size.
    private static func passing(_ frame: [UInt8], of count: Int, pieces: Int, dataSent: Int = 0) -> Int {
        var watch = FrameWatch(limits)
        let preface = [UInt8](repeating: 0, count: 24)
        // A span of UInt8 has no padding.
        _ = unsafe watch.scan(preface.span.bytes, now: 0)
        for _ in 0..<dataSent { watch.noteDataSent() }
        let bytes = (0..<count).flatMap { _ in frame }
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            // As above.
            if let excess = unsafe watch.scan(bytes.span.bytes.extracting(start..<end), now: 0) {
                return (start + excess - 9) / frame.count
            }
            start = end
        }
        return count
    }

    @Test(
        "Frames that carry nothing are counted, and one too many is told",
        arguments: [
            (frame(0x4), 20), (frame(0x6, 0, Array(repeating: 1, count: 8)), 20), (frame(0x2, 0, [0, 0, 0, 0, 1]), 20),
            (frame(0x0), 20), (frame(0x0, 0x8, [1, 0]), 20), (frame(0x8, 0, [0, 0, 0, 1]), 20),
            (frame(0x77, 0, [1, 2, 3]), 20), (frame(0x3, 0, [0, 0, 0, 8]), 10),
            (frame(0x9, 0, [0x82]), 8),
        ], [1, 7, 9, 10_000])
    func floods(_ flood: (frame: [UInt8], limit: Int), pieces: Int) {
        #expect(Self.passing(flood.frame, of: flood.limit, pieces: pieces) == flood.limit)
        #expect(Self.passing(flood.frame, of: 100, pieces: pieces) == flood.limit)
    }

    @Test("Frames with something in them are not counted, nor the window's updates for what we send")
    func work() {
        #expect(Self.passing(Self.frame(0x0, 0, [1]), of: 1000, pieces: 100) == 1000)
        #expect(Self.passing(Self.frame(0x1, 0x4, [0x82]), of: 1000, pieces: 100) == 1000)
        #expect(Self.passing(Self.frame(0x8, 0, [0, 0, 0, 1]), of: 1000, pieces: 100, dataSent: 200) == 1000)
    }

    @Test("A new interval begins anew")
    func interval() {
        var watch = FrameWatch(Self.limits)
        let preface = [UInt8](repeating: 0, count: 24)
        _ = unsafe watch.scan(preface.span.bytes, now: 0)
        let pings = (0..<20).flatMap { _ in Self.frame(0x6, 0, Array(repeating: 0, count: 8)) }
        for turn in 0..<5 { #expect(unsafe watch.scan(pings.span.bytes, now: Int64(turn) * 1000) == nil) }
        #expect(unsafe watch.scan(pings.span.bytes, now: 4999) != nil)
    }

    @Test("A preface or a header list that has begun is known until it ends")
    func heads() {
        var watch = FrameWatch(Self.limits)
        func feed(_ bytes: [UInt8]) -> Bool {
            _ = unsafe watch.scan(bytes.span.bytes, now: 0)
            return watch.isReadingHead
        }
        #expect(feed(Array(repeating: 0, count: 10)))
        #expect(feed(Array(repeating: 0, count: 14)))
        #expect(!feed(Self.frame(0x4)))
        let head = Self.frame(0x1, 0x4, [0x82, 0x84])
        #expect(feed(Array(head.dropLast())))
        #expect(!feed([0x84]))
        #expect(feed(Self.frame(0x1, 0, [0x82])))
        #expect(!feed(Self.frame(0x9, 0x4, [0x84])))
    }
}
