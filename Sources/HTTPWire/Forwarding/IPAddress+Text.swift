extension IPAddress: CustomStringConvertible {
    /// The canonical text: dotted decimal for IPv4 and its mapped form, RFC 5952 for IPv6, without brackets.
    public var description: String {
        let bytes = OutputBuffer(capacity: 48)
        append(to: bytes)
        return bytes.string
    }

    /// Appends the canonical text.
    public func append(to output: OutputBuffer) {
        guard !isIPv4 else {
            for index in 0..<4 {
                if index > 0 { output.append(byte: ASCII.dot) }
                output.append(octet: UInt8(truncatingIfNeeded: low >> UInt64(24 - index * 8)))
            }
            return
        }
        let gap = longestZeroRun
        var index = 0
        while index < 8 {
            if index == gap.lowerBound, !gap.isEmpty {
                output.append("::")
                index = gap.upperBound
                continue
            }
            if index > 0, index != gap.upperBound || gap.isEmpty { output.append(byte: ASCII.colon) }
            output.append(hex: UInt64(group(index)))
            index += 1
        }
    }

    private func group(_ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
    }

    /// The groups that `::` stands for: the longest run of zeros, the first of equal ones, and never one alone
    /// (RFC 5952 §4.2).
    private var longestZeroRun: Range<Int> {
        var longest = 0..<0
        var index = 0
        while index < 8 {
            let start = index
            while index < 8, group(index) == 0 { index += 1 }
            if index - start > max(longest.count, 1) { longest = start..<index }
            index += 1
        }
        return longest
    }
}
