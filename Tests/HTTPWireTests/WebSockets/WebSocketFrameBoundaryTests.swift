import HTTPWire
import Testing

/// RFC 6455 §5.2: where frames begin is told by their headers alone.
struct WebSocketFrameBoundaryTests {
    /// A frame of a server, or of a peer that masks.
    private static func frame(_ opcode: UInt8, _ count: Int, isMasked: Bool = false) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        var bytes: [UInt8] = [0x80 | opcode]
        switch count {
        case ..<126: bytes.append(mask | UInt8(count))
        case ..<65536: bytes += [mask | 126, UInt8(count >> 8), UInt8(count & 0xff)]
        default: bytes += [mask | 127] + (0..<8).reversed().map { UInt8(count >> ($0 * 8) & 0xff) }
        }
        // What would be a close frame's header, were it one.
        return bytes + (isMasked ? [1, 2, 3, 4] : []) + [UInt8](repeating: 0x88, count: count)
    }

    private static let lengths = [0, 1, 7, 8, 125, 126, 127, 255, 65535, 65536, 70_000]

    private static func advance(_ boundary: inout WebSocketFrameBoundary, _ bytes: ArraySlice<UInt8>) {
        let piece = Array(bytes)
        unsafe boundary.advance(piece.span.bytes)
    }

    @Test("A boundary is found behind each frame and nowhere else, split at each index")
    func split() {
        for isMasked in [false, true] {
            for count in Self.lengths.dropLast(4) {
                let frame = Self.frame(2, count, isMasked: isMasked)
                for index in 1..<frame.count {
                    var boundary = WebSocketFrameBoundary()
                    Self.advance(&boundary, frame[..<index])
                    #expect(!boundary.isBetweenFrames, "\(count) at \(index)")
                    Self.advance(&boundary, frame[index...])
                    #expect(boundary.isBetweenFrames, "\(count) at \(index)")
                }
            }
        }
    }

    @Test("Frames of every length form in one piece, byte by byte, and in pieces of 7 bytes end at the same places")
    func pieces() {
        let frames = Self.lengths.map { Self.frame(2, $0) }
        let bytes = frames.flatMap { $0 }
        var ends: Set<Int> = [0]
        for frame in frames { ends.insert((ends.max() ?? 0) + frame.count) }
        for step in [1, 7, 4096, bytes.count] {
            var boundary = WebSocketFrameBoundary()
            var offset = 0
            while offset < bytes.count {
                #expect(boundary.isBetweenFrames == ends.contains(offset))
                let end = min(offset + step, bytes.count)
                Self.advance(&boundary, bytes[offset..<end])
                offset = end
            }
            #expect(boundary.isBetweenFrames)
            #expect(!boundary.hasClosed, "payloads are not taken for headers")
        }
    }

    @Test("The rest of a frame is told from what comes behind it")
    func finish() {
        for count in [1, 5, 126, 300, 66_000] {
            let frame = Self.frame(1, count)
            let next = Self.frame(1, 3)
            for index in [1, 2, 3, frame.count - 1] where index < frame.count {
                var boundary = WebSocketFrameBoundary()
                Self.advance(&boundary, frame[..<index])
                let rest = Array(frame[index...] + next)
                #expect(unsafe boundary.finishFrame(rest.span.bytes) == frame.count - index)
                #expect(boundary.isBetweenFrames)
            }
            var boundary = WebSocketFrameBoundary()
            Self.advance(&boundary, frame[..<1])
            for byte in frame[1..<(frame.count - 1)] {
                let piece = [byte]
                #expect(unsafe boundary.finishFrame(piece.span.bytes) == nil)
            }
            let last = [frame[frame.count - 1]]
            #expect(unsafe boundary.finishFrame(last.span.bytes) == 1)
        }
        var boundary = WebSocketFrameBoundary()
        let next = Self.frame(1, 3)
        #expect(unsafe boundary.finishFrame(next.span.bytes) == 0, "nothing has begun")
    }

    @Test("A close frame is noticed, in one piece and in two; others are none")
    func close() {
        for opcode: UInt8 in 0..<16 {
            let frame = Self.frame(opcode, 12)
            for index in [0, 1] {
                var boundary = WebSocketFrameBoundary()
                Self.advance(&boundary, frame[..<index])
                Self.advance(&boundary, frame[index...])
                #expect(boundary.hasClosed == (opcode == 8))
            }
        }
    }

    @Test("A length with its highest bit set, which no frame may have, ends nothing and traps nowhere")
    func hugeLength() {
        var boundary = WebSocketFrameBoundary()
        Self.advance(&boundary, [0x82, 0xff] + [UInt8](repeating: 0xff, count: 8))
        Self.advance(&boundary, ArraySlice([UInt8](repeating: 0xff, count: 100_000)))
        #expect(!boundary.isBetweenFrames)
    }

    @Test("A close frame holds code and reason, and never more than a control frame may")
    func closeFrame() {
        let output = OutputBuffer()
        WebSocketCloseFrame.append(code: 4401, reason: "over", to: output)
        #expect(unsafe output.withUnsafeBytes { unsafe Array($0) } == [0x88, 6, 0x11, 0x31] + Array("over".utf8))
        output.removeAll()
        WebSocketCloseFrame.append(code: 1000, reason: String(repeating: "ü", count: 200), to: output)
        let bytes = unsafe output.withUnsafeBytes { unsafe Array($0) }
        #expect(bytes[1] == 124)
        #expect(String(validating: bytes[4...], as: UTF8.self)?.count == 61)
        for (code, isUsable) in [
            (999, false), (1000, true), (1001, true), (1002, false), (1005, false), (1006, false), (1008, true),
            (1015, false), (2999, false), (3000, true), (4401, true), (4999, true), (5000, false),
        ] { #expect(WebSocketCloseFrame.isUsable(code) == isUsable) }
    }
}
