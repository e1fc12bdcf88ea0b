/// The header of the PROXY protocol, with which a load balancer that knows no HTTP tells who its client is: the first
/// bytes of a connection, before TLS (HAProxy, "The PROXY protocol", versions 1 and 2).
///
/// A receiver must not guess whether the header is there (§2): where it is expected, anything else is refused, as soon as
/// its first wrong byte is seen.
public struct ProxyHeader: Sendable, Equatable {
    /// Whom the connection is from.
    public enum Source: Sendable, Equatable {
        /// A client of the balancer.
        case address(IPAddress)
        /// A client of the balancer at a Unix socket.
        case unixSocket
        /// The balancer itself (a health check), or a client that it knows nothing about: the connection's own peer counts.
        case peer
    }

    /// How far a header has come.
    public enum Progress: Sendable, Equatable {
        /// Its end has not come yet.
        case needMore
        /// It is complete.
        case complete(ProxyHeader)
    }

    /// Whom the connection is from.
    public var source: Source
    /// The header's length; what follows is TLS or HTTP.
    public var length: Int

    /// The longest header of version 1, CRLF included (§2.1).
    static let longestLine = 107
    /// The longest header of version 2 that is taken, addresses and extensions included: a certificate's names fit, and
    /// nothing that would be a burden. The protocol itself allows 64 KiB.
    public static let longest = 16 + 2048
    private static let signature: StaticString = "\r\n\r\n\0\r\nQUIT\n"

    /// Parses the header at the beginning of `bytes`; bytes behind it are not looked at.
    public static func parse(_ bytes: RawSpan) throws(ProxyHeaderError) -> Progress {
        guard bytes.byteCount > 0 else { return .needMore }
        if bytes.byte(0) == UInt8(ascii: "P") { return try ProxyHeaderLine.parse(bytes) }
        let known = min(bytes.byteCount, signature.utf8CodeUnitCount)
        // The literal has that many bytes.
        for offset in 0..<known where unsafe bytes.byte(offset) != signature.utf8Start[offset] { throw .notPresent }
        return bytes.byteCount < 16 ? .needMore : try binary(bytes)
    }

    /// Version 2 (§2.2): signature, version and command, family, length; then addresses, and extensions.
    private static func binary(_ bytes: RawSpan) throws(ProxyHeaderError) -> Progress {
        let command = bytes.byte(12)
        let family = bytes.byte(13)
        guard command & 0xf0 == 0x20 else { throw .unsupported }
        guard command & 0x0f <= 1 else { throw .unsupported }
        let end = 16 + (Int(bytes.byte(14)) << 8 | Int(bytes.byte(15)))
        guard end <= longest else { throw .tooLong }
        guard bytes.byteCount >= end else { return .needMore }
        let isLocal = command & 0x0f == 0
        // Connections are streams; `unspecified` says nothing of the kind either. What a local command says of addresses
        // counts for nothing (§2.2), but it has to be one of what is known.
        let addressLength: Int
        switch family {
        case 0x00: addressLength = 0
        case 0x11: addressLength = 12
        case 0x21: addressLength = 36
        case 0x31: addressLength = 216
        default: throw .unsupported
        }
        guard end - 16 >= addressLength else { throw .malformed }
        try extensions(bytes, from: 16 + addressLength, to: end)
        let source: Source
        switch family {
        case _ where isLocal: source = .peer
        case 0x11: source = .address(IPAddress(v4: UInt32(truncatingIfNeeded: number(bytes, 16, 4))))
        case 0x21: source = .address(IPAddress(high: number(bytes, 16, 8), low: number(bytes, 24, 8)))
        case 0x31: source = .unixSocket
        default: source = .peer
        }
        return .complete(ProxyHeader(source: source, length: end))
    }

    /// A number in network byte order.
    private static func number(_ bytes: RawSpan, _ start: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for offset in start..<start + count { value = value << 8 | UInt64(bytes.byte(offset)) }
        return value
    }

    /// The extensions (§2.2): each has a type, a length of two bytes and a value, and together they fill the header. A
    /// checksum has to be right; the others say nothing that is needed here.
    private static func extensions(_ bytes: RawSpan, from start: Int, to end: Int) throws(ProxyHeaderError) {
        var offset = start
        var checksum: Int?
        while offset < end {
            guard offset + 3 <= end else { throw .malformed }
            let length = Int(bytes.byte(offset + 1)) << 8 | Int(bytes.byte(offset + 2))
            guard offset + 3 + length <= end else { throw .malformed }
            if bytes.byte(offset) == 0x03 {
                guard length == 4, checksum == nil else { throw .malformed }
                checksum = offset + 3
            }
            offset += 3 + length
        }
        guard let checksum else { return }
        var crc = CRC32C()
        for offset in 0..<end {
            crc.add(offset >= checksum && offset < checksum + 4 ? 0 : bytes.byte(offset))
        }
        guard UInt64(crc.value) == number(bytes, checksum, 4) else { throw .checksum }
    }
}
