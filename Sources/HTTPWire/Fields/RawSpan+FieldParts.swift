/// What may stand in a field of HTTP/2, and be written as a line of HTTP/1.1 (RFC 9113 §8.2.1, RFC 9110 §5.5).
extension RawSpan {
    /// Whether it can be a field's value: no control byte but the tab.
    public var isFieldValue: Bool { ByteScan.valueEnd(self, 0, byteCount) == byteCount }

    /// Whether it can be a field's name: visible ASCII without a colon and without capital letters.
    public var isLowerCaseFieldName: Bool { ByteScan.isLowerCaseName(self) }

    /// Whether it can be a word of a request line: no control byte and no space.
    public var isWord: Bool { ByteScan.isWord(self) }
}
