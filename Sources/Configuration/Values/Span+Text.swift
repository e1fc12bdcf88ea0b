/// Calls `body` with the bytes of a text, for the parsers of the wire.
func withBytes<Result>(of text: String, _ body: (RawSpan) -> Result) -> Result {
    let bytes = [UInt8](text.utf8)
    // A span of UInt8 has no padding, and the array outlives the call.
    return unsafe body(bytes.span.bytes)
}
