extension OutputBuffer {
    /// Appends one byte.
    @inlinable
    public func append(byte: UInt8) {
        reserve(1)
        // `reserve` has made room for it.
        unsafe storage[end] = byte
        end &+= 1
    }

    /// Appends bytes that somebody else holds during the call; they must not be this buffer's own.
    @inlinable
    public func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        // `reserve` has made room for `bytes.count` bytes behind `end`, and the storage has an address.
        if let base = unsafe storage.baseAddress {
            unsafe base.advanced(by: end).copyMemory(from: source, byteCount: bytes.count)
            end &+= bytes.count
        }
    }

    /// Appends the bytes of a span.
    @inlinable
    public func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends the bytes of a span.
    @inlinable
    public func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends a part of somebody else's buffer, such as a line that a parser found.
    @inlinable
    public func append(_ range: ByteRange, of bytes: RawSpan) {
        append(bytes.bytes(range))
    }

    /// Appends a literal; no String is made.
    @inlinable
    public func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of a text.
    public func append(_ text: String) {
        // Native strings lend their bytes; others are copied once.
        if unsafe text.utf8.withContiguousStorageIfAvailable({ unsafe append(UnsafeRawBufferPointer($0)) }) == nil {
            for byte in text.utf8 { append(byte: byte) }
        }
    }

    /// Appends the bytes of an array.
    public func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends a number in decimal.
    public func append(decimal number: Int) {
        reserve(20)
        if number < 0 { append(byte: ASCII.hyphen) }
        var magnitude = number.magnitude
        var digits = 1
        var bound: UInt = 10
        // 10^19 is the largest power of ten in 64 bits.
        while magnitude >= bound, digits < 20 {
            bound = bound &* 10
            digits += 1
        }
        reserve(digits)
        var place = end + digits
        end = place
        repeat {
            place -= 1
            // `place` runs from the end that was reserved down to the first digit.
            unsafe storage[place] = UInt8(truncatingIfNeeded: magnitude % 10) &+ 0x30
            magnitude /= 10
        } while magnitude > 0
    }

    /// Appends a number in lower-case hexadecimal without leading zeros: the form of a chunk size (RFC 9112 §7.1).
    public func append(hex number: UInt64) {
        let digits = max(1, (64 - number.leadingZeroBitCount + 3) / 4)
        for index in stride(from: digits - 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(index * 4) & 15)
            append(byte: digit < 10 ? digit &+ 0x30 : digit &+ 0x57)
        }
    }
}
