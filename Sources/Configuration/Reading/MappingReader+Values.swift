/// Values of the simple kinds. Each is reported when it is not of its kind, and then counts as missing.
extension MappingReader {
    /// A whole number in decimal digits.
    func integer<Number: FixedWidthInteger>(_ key: String, in range: ClosedRange<Number>) -> Number? {
        guard let value = value(key) else { return nil }
        let wanted = "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let text = value.plainText, Self.isDecimal(text) else {
            problems.report(value, "is \(Self.quote(value)), and must be a whole number: \(wanted)")
            return nil
        }
        guard let number = Number(text), range.contains(number) else {
            problems.report(value, "is \(text), which is out of range: \(wanted)")
            return nil
        }
        return number
    }

    /// As ``integer(_:in:)``, into a place that keeps its default.
    func integer<Number: FixedWidthInteger>(_ key: String, in range: ClosedRange<Number>, into place: inout Number) {
        if let number = integer(key, in: range) { place = number }
    }

    /// Seconds, whole or with a decimal point.
    func seconds(_ key: String, in range: ClosedRange<Double>, into place: inout Double) {
        guard let value = value(key) else { return }
        let wanted = "write seconds from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
        let parts = value.plainText?.split(separator: ".", omittingEmptySubsequences: false)
        guard let text = value.plainText, let parts, parts.count <= 2, let whole = parts.first,
            Self.isDecimal(String(whole)), parts.dropFirst().allSatisfy({ Self.isDigits($0) }),
            let number = Double(text)
        else {
            problems.report(value, "is \(Self.quote(value)), and must be a number: \(wanted), without a unit")
            return
        }
        guard range.contains(number) else {
            problems.report(value, "is \(text), which is out of range: \(wanted)")
            return
        }
        place = number
    }

    /// `true` or `false`.
    func boolean(_ key: String, into place: inout Bool) {
        guard let value = value(key) else { return }
        switch value.plainText {
        case "true": place = true
        case "false": place = false
        default: problems.report(value, "is \(Self.quote(value)): write true or false")
        }
    }

    /// Text that is not empty.
    func string(_ key: String) -> (text: String, node: ConfigurationNode)? {
        guard let value = value(key) else { return nil }
        guard let text = value.text else {
            problems.report(value, "is \(value.kind), and must be text")
            return nil
        }
        guard !text.isEmpty else {
            problems.report(value, "is empty: write a value, or remove the key")
            return nil
        }
        return (text, value)
    }

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable>(_ key: String, into place: inout Word)
    where Word.RawValue == String {
        guard let value = value(key), let word = word(value, Word.self) else { return }
        place = word
    }

    /// The word that a node holds.
    func word<Word: RawRepresentable & CaseIterable>(_ value: ConfigurationNode, _ type: Word.Type) -> Word?
    where Word.RawValue == String {
        if let text = value.text, let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map(\.rawValue)
        let hint = value.text.map { KeySuggestion.hint(for: $0, among: known) } ?? ""
        problems.report(value, "is \(Self.quote(value)): write one of \(known.joined(separator: ", "))\(hint)")
        return nil
    }

    /// The elements of a list.
    func list(_ key: String) -> [ConfigurationNode]? {
        guard let value = value(key) else { return nil }
        guard let elements = value.elements else {
            problems.report(value, "is \(value.kind), and must be a list: write [ … ] or lines that begin with “- ”")
            return nil
        }
        return elements
    }

    /// The mapping below a key.
    func section(_ key: String, _ context: ReadingContext) -> MappingReader? {
        value(key).flatMap { MappingReader($0, context) }
    }

    /// A value for a sentence: what was written, or what kind of thing it is.
    static func quote(_ value: ConfigurationNode) -> String {
        guard let text = value.text else { return value.kind }
        return value.plainText == nil ? "the quoted text “\(text)”" : "“\(text)”"
    }

    /// A number without a superfluous `.0`.
    private static func plain(_ number: Double) -> String {
        number == number.rounded() ? String(Int64(number)) : String(number)
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 18 && text.utf8.allSatisfy { (48...57).contains($0) }
    }

    /// Digits, with a sign at most, and no zero in front: YAML 1.1 would take `010` for eight.
    private static func isDecimal(_ text: String) -> Bool {
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        return isDigits(digits) && (digits.count == 1 || digits.first != "0")
    }
}
