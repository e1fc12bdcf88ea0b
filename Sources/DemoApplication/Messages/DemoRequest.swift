import HTTPWire

/// A request that came from the gate, with its body.
struct DemoRequest: Sendable {
    /// The method.
    var method: HTTPMethod
    /// The path without the query.
    var path: String
    /// The header fields in order.
    var fields: [DemoField] = []
    /// The body, at most ``DemoConnection/bodyLimit`` bytes.
    var body: [UInt8] = []

    /// The value of a field that is there exactly once; the name is in lower case.
    func single(_ lowercased: String) -> String? {
        var found: String?
        for field in fields where field.isNamed(lowercased) {
            guard found == nil else { return nil }
            found = field.text
        }
        return found
    }

    /// Who the gate says is calling; nil for a visitor.
    var identity: DemoIdentity? { DemoIdentity(self) }

    /// Copies what a parsed head says.
    init(_ head: borrowing RequestHead, in bytes: RawSpan) {
        method = head.method
        let target = bytes.string(head.parsedTarget.pathAndQuery)
        let path = target.prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        fields.reserveCapacity(head.fields.count)
        for line in head.fields {
            // The bytes are lent for the length of the copy.
            let value = unsafe bytes.bytes(line.value).withUnsafeBytes { unsafe [UInt8]($0) }
            fields.append(DemoField(name: bytes.string(line.name), value: value))
        }
    }
}
