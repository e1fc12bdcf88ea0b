/// Looks at a stream of RESP2 replies before hiredis does, and refuses lengths, depths and sizes that no honest server
/// sends: hiredis 0.14 allocates what a multi-bulk length claims (CVE-2021-32765), and keeps all bytes of a reply that
/// never ends.
///
/// It holds a few integers, no bytes, and takes the stream in any pieces.
struct RedisReplyGuard {
    private enum Part {
        /// The first byte of a value.
        case type
        /// The rest of a line after its type.
        case line(UInt8)
        /// The LF after a line's CR.
        case lineFeed(UInt8)
        /// The bytes of a bulk string, its CR LF included.
        case bulk(remaining: Int)
    }

    private let limits: RedisReplyLimits
    private var part = Part.type
    private var lineBytes = 0
    private var number: Int64 = 0
    private var isNegative = false
    private var digits = 0
    private var replyBytes = 0
    /// For each array that is open, how many elements it still lacks.
    private var open: [Int] = []

    init(_ limits: RedisReplyLimits) { self.limits = limits }

    /// Takes the next bytes; throws at the first that cannot be.
    mutating func inspect(_ bytes: Span<UInt8>) throws(RedisProtocolError) {
        var index = 0
        while index < bytes.count {
            if case .bulk(let remaining) = part {
                let taken = min(remaining, bytes.count - index)
                // The last two bytes are the string's CR LF.
                let end = remaining - 2
                for (offset, expected) in [(end, UInt8(13)), (end + 1, 10)] where offset >= 0 && offset < taken {
                    guard bytes[index + offset] == expected else { throw .line }
                }
                try count(taken)
                index += taken
                part = .bulk(remaining: remaining - taken)
                if remaining == taken { endValue() }
            } else {
                try count(1)
                try inspect(bytes[index])
                index += 1
            }
        }
    }

    private mutating func inspect(_ byte: UInt8) throws(RedisProtocolError) {
        switch part {
        case .type:
            guard
                [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "$"), UInt8(ascii: "*")]
                    .contains(byte)
            else { throw .unknownType(byte) }
            (lineBytes, number, isNegative, digits) = (0, 0, false, 0)
            part = .line(byte)
        case .line(let type):
            if byte == 13 {
                part = .lineFeed(type)
                return
            }
            guard byte != 10, byte != 0 else { throw .line }
            lineBytes += 1
            guard lineBytes <= limits.lineBytes else { throw .line }
            if type != UInt8(ascii: "+"), type != UInt8(ascii: "-") { try takeDigit(byte) }
        case .lineFeed(let type):
            guard byte == 10 else { throw .line }
            try endLine(type)
        case .bulk: break
        }
    }

    private mutating func takeDigit(_ byte: UInt8) throws(RedisProtocolError) {
        if byte == UInt8(ascii: "-"), lineBytes == 1 {
            isNegative = true
            return
        }
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw .number }
        // Numbers have no leading zeros.
        guard digits == 0 || number > 0 else { throw .number }
        digits += 1
        let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        guard !overflow, !carry, digits <= 19 else { throw .number }
        number = sum
    }

    private mutating func endLine(_ type: UInt8) throws(RedisProtocolError) {
        switch type {
        case UInt8(ascii: "+"), UInt8(ascii: "-"): endValue()
        case UInt8(ascii: ":"):
            guard digits > 0, !isNegative || number > 0 else { throw .number }
            endValue()
        default: try beginLong(isArray: type == UInt8(ascii: "*"))
        }
    }

    private mutating func beginLong(isArray: Bool) throws(RedisProtocolError) {
        guard digits > 0 else { throw .number }
        guard !isNegative else {
            // The only negative length stands for null.
            guard number == 1 else { throw .number }
            return endValue()
        }
        guard isArray else {
            guard number <= limits.stringBytes else { throw .stringTooLong }
            part = .bulk(remaining: Int(number) + 2)
            return
        }
        guard number <= limits.elements else { throw .arrayTooLong }
        guard open.count < limits.depth else { throw .tooDeep }
        guard number > 0 else { return endValue() }
        open.append(Int(number))
        part = .type
    }

    private mutating func endValue() {
        part = .type
        while let missing = open.popLast() {
            if missing > 1 {
                open.append(missing - 1)
                return
            }
        }
        replyBytes = 0
    }

    private mutating func count(_ bytes: Int) throws(RedisProtocolError) {
        replyBytes += bytes
        guard replyBytes <= limits.replyBytes else { throw .replyTooLong }
    }
}
