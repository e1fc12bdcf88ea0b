/// A number as it was written, where it is no integer within 64 bits.
public struct JSONDecimal: Sendable, Equatable {
    /// The text, which follows the grammar of RFC 8259 §6.
    public let text: String

    /// A number of the given text; nil if that is not one.
    public init?(_ text: String) {
        // The parser passes white space around a value; a number has none.
        guard text.utf8.allSatisfy({ $0 > 0x20 }) else { return nil }
        do throws(JSONError) {
            switch try JSONParser.parse(text) {
            case .integer, .decimal: self.text = text
            case .null, .boolean, .string, .array, .object: return nil
            }
        } catch {
            return nil
        }
    }

    /// A number whose text the parser has checked.
    init(grammatical text: String) {
        self.text = text
    }

    /// The seconds of a NumericDate with a fraction (RFC 7519 §2), which is dropped; nil for an exponent, a sign, or
    /// more digits than a date has.
    var wholeSeconds: Int64? {
        let digits = text.utf8.prefix { $0 &- UInt8(ascii: "0") < 10 }
        let rest = text.utf8.dropFirst(digits.count)
        guard digits.count <= 12, rest.first == UInt8(ascii: "."),
            rest.dropFirst().allSatisfy({ $0 &- UInt8(ascii: "0") < 10 })
        else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}
