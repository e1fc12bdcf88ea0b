import Testing

@testable import HTTP2

/// RFC 9113 §5.1: which frames on streams that are gone are a breach.
struct StreamFatesTests {
    @Test("Nothing may follow on a stream that the client has ended or reset; on another, all may")
    func ended() {
        var fates = StreamFates()
        let begun = [fates.headers(on: 1, endsStream: true), fates.headers(on: 3, endsStream: false)]
        #expect(begun == [nil, nil])
        let onEnded = [fates.content(on: 1, endsStream: false), fates.headers(on: 1, endsStream: true)]
        #expect(onEnded == [.streamClosed, .streamClosed])
        let onOpen = [fates.content(on: 3, endsStream: false), fates.headers(on: 3, endsStream: true)]
        #expect(onOpen == [nil, nil])
        let behind = fates.content(on: 3, endsStream: false)
        #expect(behind == .streamClosed)
        let (opened, given) = (fates.headers(on: 5, endsStream: false), fates.content(on: 5, endsStream: false))
        #expect(opened == nil && given == nil)
        fates.reset(5)
        let reset = fates.content(on: 5, endsStream: false)
        #expect(reset == .streamClosed)
    }

    @Test("A stream below the last one that was never opened cannot be opened any more")
    func skipped() {
        var fates = StreamFates()
        let begun = [5, 3, 7].map { fates.headers(on: $0, endsStream: false) }
        #expect(begun == [nil, .protocolError, nil])
    }

    @Test("About streams that are long gone nothing is held against the client")
    func forgotten() {
        var fates = StreamFates()
        for number in UInt32(0)..<129 { _ = fates.headers(on: 2 * number + 1, endsStream: true) }
        let old = [1, 3].map { fates.content(on: $0, endsStream: false) }
        #expect(old == [nil, .streamClosed])
    }
}
