/// Reads one JSON text (RFC 8259) strictly and within bounds.
///
/// Refused are: a byte order mark, invalid UTF-8, lone surrogates, control characters in strings, member names that
/// stand twice (also when one of them is written with escapes), nesting beyond ``maximumDepth``, and anything after
/// the value. Names that only differ in their Unicode normal form count as the same. The work is linear in the length of the text.
public struct JSONParser {
    /// How many arrays and objects may enclose each other.
    public static let maximumDepth = 32

    private var offset = 0
    private var depth = 0
    /// Where the claims stand that mean something to us, if the text is an object.
    private var claims = ClaimPositions()

    /// The value that `text` describes.
    ///
    /// - Parameters:
    ///   - text: the text in UTF-8.
    ///   - limit: the most bytes that are looked at.
    public static func parse(_ text: Span<UInt8>, limit: Int = 1 << 20) throws(JSONError) -> JSONValue {
        guard text.count <= limit else { throw JSONError(kind: .tooLong, offset: limit) }
        var parser = JSONParser()
        return try parser.whole(text)
    }

    /// The same for a payload, and where the claims that mean something to us stand in it.
    static func parsePayload(_ text: Span<UInt8>, limit: Int = 1 << 20) throws(JSONError) -> (JSONValue, ClaimPositions)
    {
        guard text.count <= limit else { throw JSONError(kind: .tooLong, offset: limit) }
        var parser = JSONParser()
        return (try parser.whole(text), parser.claims)
    }

    private mutating func whole(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        let value = try value(text)
        skipSpace(text)
        guard offset == text.count else { throw error(.trailingBytes) }
        return value
    }

    /// The value that `text` describes.
    public static func parse(_ text: String, limit: Int = 1 << 20) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8).span, limit: limit)
    }

    private func error(_ kind: JSONError.Kind) -> JSONError { JSONError(kind: kind, offset: offset) }

    private mutating func skipSpace(_ text: Span<UInt8>) {
        while offset < text.count {
            switch text[offset] {
            case 0x20, 0x09, 0x0a, 0x0d: offset &+= 1
            default: return
            }
        }
    }

    /// The next byte that is not white space, which is not passed.
    private mutating func peek(_ text: Span<UInt8>) throws(JSONError) -> UInt8 {
        skipSpace(text)
        guard offset < text.count else { throw error(.unexpectedEnd) }
        return text[offset]
    }

    private mutating func value(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        switch try peek(text) {
        case UInt8(ascii: "{"): return .object(try object(text))
        case UInt8(ascii: "["): return .array(try array(text))
        case UInt8(ascii: "\""): return .string(try string(text))
        case UInt8(ascii: "t"): return try word("true", .boolean(true), text)
        case UInt8(ascii: "f"): return try word("false", .boolean(false), text)
        case UInt8(ascii: "n"): return try word("null", .null, text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(text)
        default: throw error(.unexpectedByte)
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue, _ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        for byte in word.utf8 {
            guard offset < text.count else { throw error(.unexpectedEnd) }
            guard text[offset] == byte else { throw error(.unexpectedByte) }
            offset += 1
        }
        return value
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw error(.tooDeep) }
        offset += 1
    }

    /// Passes a comma, or the byte that ends a list; true if the list goes on.
    private mutating func isContinued(until end: UInt8, _ text: Span<UInt8>) throws(JSONError) -> Bool {
        let byte = try peek(text)
        guard byte == end || byte == UInt8(ascii: ",") else { throw error(.unexpectedByte) }
        offset += 1
        if byte == end { depth -= 1 }
        return byte != end
    }

    private mutating func array(_ text: Span<UInt8>) throws(JSONError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        if try peek(text) == UInt8(ascii: "]") {
            (offset, depth) = (offset + 1, depth - 1)
            return elements
        }
        // Most lists of a token are short; one more that is grown would be paid by each.
        elements.reserveCapacity(4)
        repeat { elements.append(try value(text)) } while try isContinued(until: UInt8(ascii: "]"), text)
        return elements
    }

    private mutating func object(_ text: Span<UInt8>) throws(JSONError) -> JSONObject {
        try enter()
        if try peek(text) == UInt8(ascii: "}") {
            (offset, depth) = (offset + 1, depth - 1)
            return JSONObject()
        }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(12)
        var names = MemberNames()
        repeat {
            guard try peek(text) == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            let start = offset
            let name: String
            if let claim = claimAhead(text) {
                name = claim.text
                guard names.add(claim) else { throw JSONError(kind: .duplicateName, offset: start) }
                if depth == 1, members.count < ClaimPositions.limit { claims[claim] = members.count }
            } else {
                name = try string(text)
                if let claim = ClaimName(name) {
                    guard names.add(claim) else { throw JSONError(kind: .duplicateName, offset: start) }
                    if depth == 1, members.count < ClaimPositions.limit { claims[claim] = members.count }
                } else if !names.add(name, as: text.extracting(start + 1..<offset - 1), among: members) {
                    throw JSONError(kind: .duplicateName, offset: start)
                }
            }
            guard try peek(text) == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
            offset &+= 1
            members.append(JSONObject.Member(name: name, value: try value(text)))
        } while try isContinued(until: UInt8(ascii: "}"), text)
        return JSONObject(distinct: members)
    }

    /// The claim that a member is named after, where its name is written without escapes; it is passed. Its name is a
    /// constant: no text is made of its bytes.
    @inline(__always)
    private mutating func claimAhead(_ text: Span<UInt8>) -> ClaimName? {
        guard offset &+ 9 <= text.count else { return nil }
        // A view of the same bytes; eight of them behind the quotation mark lie within the text, by the condition.
        let bytes = unsafe text.bytes
        let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ 1, as: UInt64.self)
        guard let claim = ClaimName(quoted: UInt64(bigEndian: word)) else { return nil }
        offset &+= claim.byteCount &+ 2
        return claim
    }

    /// A string, from its opening quotation mark to behind its closing one.
    private mutating func string(_ text: Span<UInt8>) throws(JSONError) -> String {
        offset += 1
        let start = offset
        skipPlain(text)
        var all: UInt8 = 0
        while offset < text.count {
            let byte = text[offset]
            if byte == UInt8(ascii: "\"") {
                let bytes = text.extracting(start..<offset)
                offset += 1
                // All bytes were looked at, and none was beyond ASCII.
                if all < 0x80 { return unsafe String(copying: UTF8Span(unchecked: bytes, isKnownASCII: true)) }
                return try Self.string(of: bytes, at: start)
            }
            all |= byte
            guard byte >= 0x20 else { throw error(.controlCharacter) }
            if byte == UInt8(ascii: "\\") { return try escapedString(text, from: start) }
            offset &+= 1
        }
        throw error(.unexpectedEnd)
    }

    /// Passes bytes of a string that mean themselves, eight at a time: ASCII without controls, quotation marks and
    /// reverse solidi. It may stop before one of those.
    private mutating func skipPlain(_ text: Span<UInt8>) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // A view of the same bytes, for as long as they are there.
        let bytes = unsafe text.bytes
        while offset &+ 8 <= text.count {
            // Eight bytes from here on lie within the text, by the condition.
            let loaded = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let word = loaded.littleEndian
            let (quote, solidus) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5c))
            // The lowest bit that is set is exact: a borrow only ever spoils what lies above it.
            let found =
                ((quote &- ones) & ~quote | (solidus &- ones) & ~solidus | (word &- ones &* 0x20) & ~word | word)
                & (ones &* 0x80)
            guard found == 0 else {
                offset &+= found.trailingZeroBitCount >> 3
                return
            }
            offset &+= 8
        }
    }

    /// A string from its first escape on; what stands before it is taken as it is.
    private mutating func escapedString(_ text: Span<UInt8>, from start: Int) throws(JSONError) -> String {
        var bytes: [UInt8] = []
        for index in start..<offset { bytes.append(text[index]) }
        while offset < text.count {
            let byte = text[offset]
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return try Self.string(of: bytes.span, at: start)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: String(try escape(text)).utf8)
            case ..<0x20: throw error(.controlCharacter)
            default:
                bytes.append(byte)
                offset += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    private static func string(of bytes: Span<UInt8>, at start: Int) throws(JSONError) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            throw JSONError(kind: .invalidUTF8, offset: start + error.byteOffsets.lowerBound)
        }
    }

    /// The character of an escape, whose reverse solidus is next.
    private mutating func escape(_ text: Span<UInt8>) throws(JSONError) -> Character {
        guard offset + 1 < text.count else { throw error(.unexpectedEnd) }
        let kind = text[offset + 1]
        let simple: Character? =
            switch kind {
            case UInt8(ascii: "\""): "\""
            case UInt8(ascii: "\\"): "\\"
            case UInt8(ascii: "/"): "/"
            case UInt8(ascii: "b"): "\u{08}"
            case UInt8(ascii: "f"): "\u{0c}"
            case UInt8(ascii: "n"): "\n"
            case UInt8(ascii: "r"): "\r"
            case UInt8(ascii: "t"): "\t"
            default: nil
            }
        if let simple {
            offset += 2
            return simple
        }
        guard kind == UInt8(ascii: "u") else { throw error(.invalidEscape) }
        var code = try hexadecimal(text, at: offset + 2)
        var length = 6
        if code & 0xfc00 == 0xd800 {
            guard offset + 7 < text.count, text[offset + 6] == UInt8(ascii: "\\"), text[offset + 7] == UInt8(ascii: "u")
            else { throw error(.invalidEscape) }
            let low = try hexadecimal(text, at: offset + 8)
            guard low & 0xfc00 == 0xdc00 else { throw error(.invalidEscape) }
            code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
            length = 12
        }
        // A low half that stands alone is no scalar.
        guard let scalar = Unicode.Scalar(code) else { throw error(.invalidEscape) }
        offset += length
        return Character(scalar)
    }

    private func hexadecimal(_ text: Span<UInt8>, at start: Int) throws(JSONError) -> UInt32 {
        guard start + 4 <= text.count else { throw error(.unexpectedEnd) }
        var code: UInt32 = 0
        for index in start..<start + 4 {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte & 0x0f)
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                code = code << 4 | UInt32(byte & 0x07 + 9)
            default: throw error(.invalidEscape)
            }
        }
        return code
    }

    /// A number (RFC 8259 §6): no plus sign, no leading zero, digits on both sides of the point.
    private mutating func number(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        let start = offset
        let isNegative = text[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let first = offset
        let digits = skipDigits(text)
        guard digits == 1 || digits > 1 && text[first] != UInt8(ascii: "0") else { throw error(.invalidNumber) }
        var isInteger = true
        if offset < text.count, text[offset] == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            guard skipDigits(text) > 0 else { throw error(.invalidNumber) }
        }
        if offset < text.count, text[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if offset < text.count, text[offset] == UInt8(ascii: "+") || text[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            guard skipDigits(text) > 0 else { throw error(.invalidNumber) }
        }
        if isInteger, digits <= 18 {
            var value: Int64 = 0
            for index in first..<offset { value = value &* 10 &+ Int64(text[index] & 0x0f) }
            // `-0` is no integer of ours: it would lose its sign.
            if !isNegative || value != 0 { return .integer(isNegative ? -value : value) }
        }
        let written = try Self.string(of: text.extracting(start..<offset), at: start)
        if isInteger, written != "-0", let value = Int64(written) { return .integer(value) }
        return .decimal(JSONDecimal(grammatical: written))
    }

    private mutating func skipDigits(_ text: Span<UInt8>) -> Int {
        let start = offset
        while offset < text.count, text[offset] &- UInt8(ascii: "0") < 10 { offset &+= 1 }
        return offset - start
    }
}
