/// A header field as it was received.
struct DemoField: Sendable, Equatable {
    /// The name as spelled.
    var name: String
    /// The value's bytes, which need not be text.
    var value: [UInt8]

    /// The value as text; what is not UTF-8 becomes U+FFFD.
    var text: String { String(decoding: value, as: UTF8.self) }

    /// Whether the name is this one, which is in lower case.
    func isNamed(_ lowercased: String) -> Bool { name.lowercased() == lowercased }
}
