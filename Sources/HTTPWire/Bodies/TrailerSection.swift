/// A trailer section that is there as a whole, as HTTP/2 brings it.
public enum TrailerSection {
    /// Parses trailer lines up to and with the empty line behind them, under the rules of a request's fields; none at all
    /// give no lines.
    ///
    /// - Throws: the flaw; a section without its end is `.fieldWithoutColon`.
    public static func parse(_ bytes: RawSpan, limits: HeadLimits) throws(HTTPParseError) -> [FieldLine] {
        var table = FieldTable()
        guard bytes.byteCount > 0 else { return [] }
        let end = try FieldSection.parse(bytes, from: 0, origin: 0, limits: limits, rules: .request, into: &table)
        guard end == bytes.byteCount else { throw HTTPParseError(.fieldWithoutColon, at: bytes.byteCount) }
        return table.lines
    }
}
