internal import HTTPWire

/// Writes points in time as RFC 3339 §5.6 has it, in UTC with milliseconds: `2026-11-25T07:05:37.123Z`. The text of the
/// second is kept, because most lines share it with the line before.
struct LogTimestamp {
    /// Where the time of day begins in the text, for people who know what day it is.
    static let timeOfDay = 11

    private var second = Int64.min
    private var text: [24 of UInt8] = .init(repeating: UInt8(ascii: "0"))

    /// Appends a point in time, given in microseconds since the epoch; `offset` leaves out the first bytes of the text.
    mutating func append(_ microseconds: Int64, to output: OutputBuffer, from offset: Int = 0) {
        // Years 0 to 9999, which the form can hold; a clock beyond them is wrong anyway.
        let bounded = min(max(microseconds, -62_167_219_200_000_000), 253_402_300_799_999_999)
        let now = Self.floorDivision(bounded, 1_000_000)
        if now.quotient != second { render(now.quotient) }
        let milliseconds = now.remainder / 1000
        put(milliseconds / 100, at: 20, digits: 1)
        put(milliseconds % 100, at: 21, digits: 2)
        // All 24 bytes are initialised; bytes have no padding.
        unsafe output.append(text.span.bytes.extracting(offset..<24))
    }

    private mutating func render(_ second: Int64) {
        self.second = second
        let day = Self.floorDivision(second, 86_400)
        let date = Self.date(daysSinceEpoch: day.quotient)
        put(date.year, at: 0, digits: 4)
        put(date.month, at: 5, digits: 2)
        put(date.day, at: 8, digits: 2)
        put(day.remainder / 3600, at: 11, digits: 2)
        put(day.remainder / 60 % 60, at: 14, digits: 2)
        put(day.remainder % 60, at: 17, digits: 2)
        text[4] = UInt8(ascii: "-")
        text[7] = UInt8(ascii: "-")
        text[10] = UInt8(ascii: "T")
        text[13] = UInt8(ascii: ":")
        text[16] = UInt8(ascii: ":")
        text[19] = UInt8(ascii: ".")
        text[23] = UInt8(ascii: "Z")
    }

    private mutating func put(_ number: Int64, at place: Int, digits: Int) {
        var rest = number
        for index in stride(from: place + digits - 1, through: place, by: -1) {
            text[index] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
            rest /= 10
        }
    }

    /// The date in the Gregorian calendar. Years are counted from March, so that the leap day comes last, in eras of
    /// 400 years, which all have 146,097 days.
    private static func date(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivision(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func floorDivision(_ number: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
