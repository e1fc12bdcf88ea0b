/// The field lines of a message in their order, each as it was written: a name, and a value without the white space
/// around it (RFC 9112 §5).
public struct TextFields: Sendable, Equatable, CustomStringConvertible {
    /// One field line.
    public struct Line: Sendable, Equatable {
        /// The name in the case in which it was written.
        public var name: String
        /// The value.
        public var value: String
    }

    /// All lines.
    public var lines: [Line] = []

    /// No lines.
    public init() {}

    /// Lines in the given order.
    public init(_ pairs: [(String, String)]) {
        lines = pairs.map { Line(name: $0.0, value: $0.1) }
    }

    /// All values of a field, whatever the case of its name.
    public func all(_ name: String) -> [String] {
        let name = name.lowercased()
        return lines.filter { $0.name.lowercased() == name }.map { $0.value }
    }

    /// The value of a field that stands once; nil if it is absent or stands more than once.
    public subscript(_ name: String) -> String? {
        let values = all(name)
        return values.count == 1 ? values[0] : nil
    }

    /// Whether a field is there.
    public func contains(_ name: String) -> Bool { !all(name).isEmpty }

    /// All elements of a list field, in lower case (RFC 9110 §5.6.1).
    public func elements(_ name: String) -> [String] {
        all(name).flatMap { $0.split(separator: ",") }.map { trimmed(String($0)).lowercased() }.filter { !$0.isEmpty }
    }

    public var description: String { lines.map { "\($0.name): \($0.value)" }.joined(separator: "\n") }
}

/// A text without spaces and tabs at its ends (OWS, RFC 9110 §5.6.3).
func trimmed(_ text: String) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[first...last])
}

/// Bytes as text, one character for each byte (ISO 8859-1), so that nothing is lost or repaired.
public func latin1(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}
