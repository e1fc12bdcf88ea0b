internal import HTTPWire

/// FNV-1a over bytes as they come, for tables whose keys the operator chose: nobody else can make them collide.
struct PathHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Adds a byte.
    @inline(__always)
    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

    static func of(_ bytes: [UInt8]) -> UInt64 {
        var hash = PathHash()
        for byte in bytes { hash.add(byte) }
        return hash.value
    }

    static func of(_ bytes: RawSpan, count: Int) -> UInt64 {
        var hash = PathHash()
        for index in 0..<count { hash.add(bytes.byteAt(index)) }
        return hash.value
    }
}

extension RawSpan {
    /// The byte at an offset below `byteCount`.
    @inline(__always)
    func byteAt(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
