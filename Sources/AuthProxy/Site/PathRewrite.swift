internal import SallyportConfiguration
internal import HTTPWire

/// Replaces what a route has matched of a canonical path: the application sees another place than the client. Immutable.
final class PathRewrite: Sendable {
    /// The segments that are replaced; nil for all of them.
    private let segments: Int?
    /// What stands in their place, without a slash at its end; empty for the root.
    private let replacement: [UInt8]
    /// `X-Forwarded-Prefix`, which tells the application what it does not see; empty where nothing is hidden.
    let prefixLine: [UInt8]

    init(_ match: RouteConfiguration.PathMatch, to replacement: String) {
        self.replacement = replacement == "/" ? [] : Array(replacement.utf8)
        switch match {
        case .exact:
            segments = nil
            prefixLine = []
        case .prefix(let prefix):
            // The path is matched without parameters, which keep number and order of the segments.
            segments = prefix == "/" ? 0 : prefix.utf8.count { $0 == UInt8(ascii: "/") }
            prefixLine = prefix == "/" ? [] : Array("X-Forwarded-Prefix: \(prefix)\r\n".utf8)
        }
    }

    /// Appends path and query as the application gets them.
    ///
    /// - Parameter target: the canonical path and query; `*` stays as it is.
    func append(_ target: RawSpan, pathLength: Int, to output: OutputBuffer) {
        guard pathLength > 0, target.byteAt(0) == UInt8(ascii: "/") else { return output.append(target) }
        var rest = pathLength
        if let segments {
            var slashes = 0
            for offset in 0..<pathLength where target.byteAt(offset) == UInt8(ascii: "/") {
                slashes += 1
                if slashes > segments {
                    rest = offset
                    break
                }
            }
        }
        output.append(replacement)
        output.append(ByteRange(rest, pathLength), of: target)
        if replacement.isEmpty, rest == pathLength { output.append(byte: UInt8(ascii: "/")) }
        output.append(ByteRange(pathLength, target.byteCount), of: target)
    }
}
