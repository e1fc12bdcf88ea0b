/// The body of a form: `application/x-www-form-urlencoded` (WHATWG URL §5.1), decoded strictly.
public struct FormFields: Sendable, Equatable {
    private var pairs: [(name: String, value: String)] = []

    /// No form of ours has more fields.
    public static let limit = 16

    /// Parses a body.
    ///
    /// - Returns: nil for a broken escape, for text that is not UTF-8, and for more than ``limit`` fields.
    public init?(_ body: [UInt8]) {
        for part in body.split(separator: UInt8(ascii: "&")) {
            guard pairs.count < Self.limit else { return nil }
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]),
                let value = halves.count == 2 ? Self.decoded(halves[1]) : ""
            else { return nil }
            pairs.append((name, value))
        }
    }

    /// The value of a field that is there exactly once: of two passwords, none is the right one.
    public subscript(name: String) -> String? {
        let found = pairs.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    /// How often a field is there.
    public func count(of name: String) -> Int { pairs.count { $0.name == name } }

    public static func == (left: FormFields, right: FormFields) -> Bool {
        left.pairs.elementsEqual(right.pairs) { $0.name == $1.name && $0.value == $1.value }
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.endIndex, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
                else { return nil }
                result.append(high << 4 | low)
                index += 2
            default: result.append(bytes[index])
            }
            index += 1
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
