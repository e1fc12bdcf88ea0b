/// Looks for a few cookies by name in all Cookie fields of a request, in one pass, and can give the rest without them.
///
/// Names are case-sensitive (RFC 6265bis §5.5). A scanner belongs to one loop and is reused: nothing is allocated,
/// and nothing copied.
public struct CookieScanner: ~Copyable, Sendable {
    /// What a request holds under one name.
    public enum Match: Sendable, Equatable {
        /// No such cookie.
        case absent
        /// One, or several with the same value.
        case found(ByteRange)
        /// Several that differ: planted from a subdomain or a longer path, perhaps. None can be believed.
        case conflicting
    }

    private let names: [[UInt8]]
    private var matches: [Match]
    private let limits: CookieLimits

    /// Cookies in the request last scanned.
    public private(set) var count = 0
    /// Bytes of its Cookie field values.
    public private(set) var byteCount = 0
    /// Whether any of the names was there.
    public private(set) var hasMatches = false

    /// A scanner for the given names.
    public init(names: [String], limits: CookieLimits = CookieLimits()) {
        self.names = names.map { [UInt8]($0.utf8) }
        matches = Array(repeating: .absent, count: names.count)
        self.limits = limits
    }

    /// What was found for the name at `index` of those given to `init`.
    public func match(_ index: Int) -> Match { matches[index] }

    /// Scans all Cookie fields of a head.
    ///
    /// - Throws: ``HTTPParseError/Kind/tooManyCookies`` or ``HTTPParseError/Kind/cookiesTooLarge``.
    public mutating func scan(_ table: borrowing FieldTable, in bytes: RawSpan) throws(HTTPParseError) {
        count = 0
        byteCount = 0
        if hasMatches {
            for index in matches.indices { matches[index] = .absent }
            hasMatches = false
        }
        guard table.contains(.cookie) else { return }
        for line in table.lines where line.known == .cookie {
            byteCount += line.value.count
            guard byteCount <= limits.bytes else { throw HTTPParseError(.cookiesTooLarge, at: Int(line.value.start)) }
            var pairs = CookiePairs(line.value)
            while let pair = pairs.next(in: bytes) {
                count += 1
                guard count <= limits.count else { throw HTTPParseError(.tooManyCookies, at: Int(pair.whole.start)) }
                note(pair, bytes)
            }
        }
    }

    @inline(__always)
    private mutating func note(_ pair: CookiePairs.Pair, _ bytes: RawSpan) {
        guard let index = index(of: pair.name, bytes) else { return }
        hasMatches = true
        switch matches[index] {
        case .absent: matches[index] = .found(pair.value)
        case .found(let value) where bytes.equals(value, pair.value): break
        default: matches[index] = .conflicting
        }
    }

    @inline(__always)
    private func index(of name: ByteRange, _ bytes: RawSpan) -> Int? {
        for index in names.indices where names[index].count == name.count && name.count > 0 {
            if Self.isEqual(names[index], bytes, Int(name.start)) { return index }
        }
        return nil
    }

    private static func isEqual(_ name: [UInt8], _ bytes: RawSpan, _ start: Int) -> Bool {
        for index in 0..<name.count where name[index] != bytes.byte(start + index) { return false }
        return true
    }

    /// Appends one Cookie field value without the scanner's cookies; all other bytes stay as they are, but for the
    /// blanks in front of what becomes the first one.
    ///
    /// - Returns: whether anything is left; if not, the field line goes.
    public func appendOthers(of value: ByteRange, in bytes: RawSpan, to output: OutputBuffer) -> Bool {
        let before = output.count
        var pairs = CookiePairs(value)
        var isFirst = true
        while let pair = pairs.next(in: bytes) {
            if index(of: pair.name, bytes) != nil { continue }
            if isFirst {
                let start = bytes.trimmed(Int(pair.whole.start), Int(pair.whole.end)).start
                output.append(ByteRange(Int(start), Int(pair.whole.end)), of: bytes)
                isFirst = false
            } else {
                output.append(byte: ASCII.semicolon)
                output.append(pair.whole, of: bytes)
            }
        }
        return output.count > before
    }
}
