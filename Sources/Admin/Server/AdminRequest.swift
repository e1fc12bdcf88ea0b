internal import HTTPWire

/// What somebody who watches asks for.
struct AdminRequest: Sendable {
    /// The method as spelled.
    var method: String
    /// The canonical path.
    var path: String
    /// The query's fields; nil for a malformed one.
    var query: FormFields?
    /// Whether the host that is asked is an address or `localhost`. A page of any other name may have been made to point
    /// here by whoever wrote it (DNS rebinding).
    var isHostNumeric: Bool

    /// Copies a request.
    ///
    /// - Throws: what is wrong with its path.
    init(_ head: borrowing RequestHead, in bytes: RawSpan) throws(HTTPParseError) {
        method = bytes.string(head.methodRange)
        let output = OutputBuffer(capacity: 256)
        let target = try CanonicalTarget.canonicalise(bytes.bytes(head.parsedTarget.pathAndQuery), into: output)
        let whole = Array(output.string.utf8)
        path = String(decoding: whole[..<target.pathLength], as: UTF8.self)
        query = target.hasQuery ? FormFields(Array(whole[(target.pathLength + 1)...])) : FormFields([])
        guard let authority = head.authority else {
            isHostNumeric = false
            return
        }
        let host = authority.normalizedHost(in: bytes)
        isHostNumeric = authority.isLiteral || host == "localhost" || IPAddress(host) != nil
    }
}
