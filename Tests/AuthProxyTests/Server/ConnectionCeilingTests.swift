import Testing

@testable import AuthProxy

@Suite("How many clients descriptors are enough for")
struct ConnectionCeilingTests {
    @Test(
        "Each client may need a second descriptor, unless the pools have fewer connections than there are clients",
        arguments: [
            // descriptors, upstreams, the ceiling
            (1_048_576, 2048, 20_000),
            (40_168, 1_000_000, 20_000),
            (40_166, 1_000_000, 19_999),
            (22_216, 2048, 20_000),
            (22_215, 2048, 19_999),
            (1168, 10_000, 500),
            (1168, 300, 700),
            // Of few descriptors a quarter is spared.
            (240, 10_000, 70),
            (50, 10_000, 1),
            (8, 10_000, 1),
        ])
    func ceiling(descriptors: Int, upstreams: Int, count: Int) {
        let ceiling = ConnectionCeiling(wanted: 20_000, descriptors: descriptors, taken: 40, upstreams: upstreams)
        #expect(ceiling.count == count)
        #expect((ceiling.complaint == nil) == (count == 20_000))
    }

    @Test("The complaint names the limit, what it is enough for, and what was asked for")
    func complaint() {
        let ceiling = ConnectionCeiling(wanted: 900, descriptors: 1168, taken: 40, upstreams: 10_000)
        let words = ceiling.complaint ?? ""
        for word in ["RLIMIT_NOFILE", "1168", "500", "900", "limits.max_connections"] { #expect(words.contains(word)) }
    }

    @Test("What is written down is a demand, and the default a wish: a little less than that is no cause for concern")
    func concern() {
        func isMuchLower(_ wanted: Int, _ descriptors: Int) -> Bool {
            ConnectionCeiling(wanted: wanted, descriptors: descriptors, taken: 40, upstreams: 100_000).isMuchLower
        }
        #expect(!isMuchLower(20_000, 40_168))
        #expect(!isMuchLower(20_000, 20_168))
        #expect(isMuchLower(20_000, 20_164))
        #expect(isMuchLower(19_999, 40_164))
        #expect(!isMuchLower(19_999, 40_168))
    }

    @Test("No more than was asked for, where descriptors are without a limit")
    func endless() {
        #expect(ConnectionCeiling(wanted: 7, descriptors: .max, taken: 40, upstreams: 10_000).count == 7)
    }
}
