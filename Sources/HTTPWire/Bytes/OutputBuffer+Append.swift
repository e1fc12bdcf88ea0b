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

    /// Appends a field line (RFC 9112 §5): room is made once for all of it.
    @inlinable
    public func appendLine(_ name: RawSpan, _ value: RawSpan) {
        let (nameCount, valueCount) = (name.byteCount, value.byteCount)
        reserve(nameCount &+ valueCount &+ 4)
        // `reserve` has made room for both, and four bytes more; neither is a part of the buffer.
        guard let place = unsafe storage.baseAddress?.advanced(by: end) else { return }
        unsafe name.withUnsafeBytes { name in
            if let source = name.baseAddress { unsafe place.copyMemory(from: source, byteCount: nameCount) }
        }
        let (colon, lineEnd) = (UInt16(0x203a).littleEndian, UInt16(0x0a0d).littleEndian)
        unsafe place.storeBytes(of: colon, toByteOffset: nameCount, as: UInt16.self)
        unsafe value.withUnsafeBytes { value in
            guard let source = value.baseAddress else { return }
            unsafe place.advanced(by: nameCount &+ 2).copyMemory(from: source, byteCount: valueCount)
        }
        unsafe place.storeBytes(of: lineEnd, toByteOffset: nameCount &+ valueCount &+ 2, as: UInt16.self)
        end &+= nameCount &+ valueCount &+ 4
    }

    /// Appends a literal; no String is made. Inlined, so that a short one is a few moves of known size.
    @inlinable @inline(__always)
    public func append(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        reserve(count)
        // `reserve` has made room for `count` bytes behind `end`, and a literal is no part of the buffer.
        if let base = unsafe storage.baseAddress {
            unsafe base.advanced(by: end).copyMemory(from: text.utf8Start, byteCount: count)
            end &+= count
        }
    }

    /// Appends the UTF-8 of a text. Disfavoured, so that a literal is a StaticString and makes no String.
    @_disfavoredOverload
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
        reserve(21)
        if number < 0 { append(byte: ASCII.hyphen) }
        var magnitude = number.magnitude
        if magnitude < 10 { return append(byte: UInt8(truncatingIfNeeded: magnitude) &+ 0x30) }
        var digits = 2
        var bound: UInt = 100
        // 10^19 is the largest power of ten in 64 bits.
        while magnitude >= bound, digits < 20 {
            bound = bound &* 10
            digits &+= 1
        }
        var place = end &+ digits
        end = place
        repeat {
            let rest = magnitude / 10
            place &-= 1
            // `place` runs from the end that was reserved down to the first digit.
            unsafe storage[place] = UInt8(truncatingIfNeeded: magnitude &- rest &* 10) &+ 0x30
            magnitude = rest
        } while magnitude > 0
    }

    /// Appends a number below 256 in decimal, as addresses hold them.
    public func append(octet: UInt8) {
        reserve(3)
        let value = UInt32(octet)
        // Exact for all values below 256.
        let hundreds = (value &* 41) >> 12
        let rest = value &- hundreds &* 100
        let tens = (rest &* 205) >> 11
        if hundreds > 0 { append(byte: UInt8(truncatingIfNeeded: hundreds) &+ 0x30) }
        if hundreds > 0 || tens > 0 { append(byte: UInt8(truncatingIfNeeded: tens) &+ 0x30) }
        append(byte: UInt8(truncatingIfNeeded: rest &- tens &* 10) &+ 0x30)
    }

    /// Appends a number as sixteen hexadecimal digits in lower case: identifiers.
    public func append(hex16 number: UInt64) {
        reserve(16)
        append(hexDigits: UInt32(truncatingIfNeeded: number >> 32))
        append(hexDigits: UInt32(truncatingIfNeeded: number))
    }

    /// Eight digits at once, a byte for each: `reserve` was called.
    private func append(hexDigits number: UInt32) {
        // The nibbles spread over eight bytes, the first digit in the lowest one.
        var nibbles = UInt64(number.byteSwapped)
        nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff
        nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles >> 4 | nibbles << 8) & 0x0f0f_0f0f_0f0f_0f0f
        // A byte's bit 4 is set where the nibble is above 9, which makes it a letter.
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let digits = nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
        // Eight bytes behind `end` were reserved.
        unsafe storage.storeBytes(of: digits.littleEndian, toByteOffset: end, as: UInt64.self)
        end &+= 8
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
