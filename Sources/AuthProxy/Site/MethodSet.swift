internal import HTTPWire

/// The methods that a route takes.
struct MethodSet: Sendable {
    /// A bit for each method that the wire knows.
    private let known: UInt16
    /// The spellings of others; methods are case-sensitive (RFC 9110 §9.1).
    private let others: [[UInt8]]
    /// As they stand in an Allow field.
    let names: [String]

    /// A set of names. GET brings HEAD along: who may read an answer may read its head (RFC 9110 §9.3.2).
    init(_ methods: [String]) {
        var known: UInt16 = 0
        var others: [[UInt8]] = []
        let names = methods.contains("GET") && !methods.contains("HEAD") ? methods + ["HEAD"] : methods
        for name in names {
            let bytes = Array(name.utf8)
            let method = unsafe HTTPMethod(bytes.span.bytes)
            if method == .other { others.append(bytes) } else { known |= 1 << UInt16(method.rawValue) }
        }
        self.known = known
        self.others = others
        self.names = names
    }

    /// Whether the method is in it.
    ///
    /// - Parameter name: its spelling.
    func contains(_ method: HTTPMethod, _ name: ByteRange, in bytes: RawSpan) -> Bool {
        guard method == .other else { return known & (1 << UInt16(method.rawValue)) != 0 }
        for other in others where bytes.isEqual(name, to: other) { return true }
        return false
    }
}
