internal import HTTPWire

/// The Date field (RFC 9110 §5.6.7, IMF-fixdate), made once a second.
enum HTTPDate {
    private static let days: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its CRLF.
    ///
    /// - Parameter time: seconds since the epoch.
    static func line(_ time: Int64) -> [UInt8] {
        let time = max(time, 0)
        let day = time / 86_400
        let second = time % 86_400
        let (year, month, dayOfMonth) = civil(day)
        let output = OutputBuffer(capacity: 48)
        output.append("Date: ")
        output.append(days[Int(day % 7)])
        output.append(", ")
        append(dayOfMonth, output)
        output.append(" ")
        output.append(months[month - 1])
        output.append(" ")
        output.append(decimal: year)
        output.append(" ")
        append(Int(second / 3600), output)
        output.append(":")
        append(Int(second / 60 % 60), output)
        output.append(":")
        append(Int(second % 60), output)
        output.append(" GMT\r\n")
        return unsafe output.withUnsafeBytes { unsafe Array($0) }
    }

    private static func append(_ number: Int, _ output: OutputBuffer) {
        if number < 10 { output.append("0") }
        output.append(decimal: number)
    }

    /// Year, month and day of a day since the epoch, in the Gregorian calendar; years begin in March while it counts.
    private static func civil(_ day: Int64) -> (Int, Int, Int) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }
}
