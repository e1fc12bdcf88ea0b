internal import HTTPWire

/// Where a browser may be sent after it has signed out: a path of this very host, and nothing that a browser could take
/// for another one.
enum ReturnTarget {
    /// The longest that is taken, in bytes.
    static let limit = 2048

    /// The Location field's value for a `return_to`; nil if it is not allowed.
    ///
    /// Refused are: anything that does not begin with exactly one `/` (so every scheme and host, and `//evil`),
    /// backslashes anywhere (browsers read them as `/`), control bytes, blanks and whatever is not ASCII, a fragment,
    /// and what a path must not hold even when escaped: control bytes, `/`, `\`, malformed escapes (`/%09/evil`,
    /// `/%5cevil`). The rest is made canonical, so that no dot segment or doubled slash is left for the browser to
    /// interpret.
    static func location(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count <= limit, bytes.first == UInt8(ascii: "/"), bytes.dropFirst().first != UInt8(ascii: "/"),
            bytes.allSatisfy({ 0x21...0x7e ~= $0 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") })
        else { return nil }
        let output = OutputBuffer(capacity: 256)
        do throws(HTTPParseError) {
            // The array lives, and does not change, during the call.
            _ = try unsafe CanonicalTarget.canonicalise(bytes.span.bytes, into: output)
        } catch {
            return nil
        }
        let location = output.string
        return location.utf8.starts(with: "//".utf8) ? nil : location
    }
}
