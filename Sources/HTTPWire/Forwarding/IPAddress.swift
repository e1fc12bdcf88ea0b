/// An IP address as 16 bytes. IPv4 is held in its mapped form (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2), so that both
/// spellings of one client are one value.
public struct IPAddress: Sendable, Hashable {
    /// The first 8 bytes, the first one in the highest bits.
    public let high: UInt64
    /// The last 8 bytes.
    public let low: UInt64

    /// An address by its 16 bytes as two numbers.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address by its four bytes in reading order: 127.0.0.1 is `0x7f00_0001`.
    @inlinable
    public init(v4: UInt32) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(v4))
    }

    /// An address by 16 bytes in network order, as `sin6_addr` and ranges hold them; nil for another number of bytes.
    public init?(networkBytes bytes: RawSpan) {
        guard bytes.byteCount == 16 else { return nil }
        self.init(high: bytes.word64(0).byteSwapped, low: bytes.word64(8).byteSwapped)
    }

    /// The 16 bytes in network order.
    public var networkBytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - $0 % 8 * 8)) }
    }

    /// Whether it is an IPv4 address (or the mapped form of one).
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// Whether it is a loopback address: 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool { isIPv4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1 }

    /// Whether the first `prefixLength` of its 128 bits are those of `network`; an IPv4 prefix has 96 added.
    public func isContained(in network: IPAddress, prefixLength: Int) -> Bool {
        let length = min(max(prefixLength, 0), 128)
        let highMask: UInt64 = length >= 64 ? .max : ~(.max >> UInt64(length))
        let lowMask: UInt64 = length >= 128 ? .max : length <= 64 ? 0 : ~(.max >> UInt64(length - 64))
        return (high ^ network.high) & highMask == 0 && (low ^ network.low) & lowMask == 0
    }

    /// The address with the bits behind the first `prefixLength` (of 128) cleared.
    public func masked(to prefixLength: Int) -> IPAddress {
        let length = min(max(prefixLength, 0), 128)
        return IPAddress(
            high: length >= 64 ? high : high & ~(.max >> UInt64(length)),
            low: length >= 128 ? low : length <= 64 ? 0 : low & ~(.max >> UInt64(length - 64)))
    }
}
