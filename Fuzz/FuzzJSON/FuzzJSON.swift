import Tokens

/// Fuzzes the JSON reader. Beyond "no trap": what was read and written again reads as the same value, the text written
/// is the same when it is written once more, and every refusal points into the text.
@c(LLVMFuzzerTestOneInput)
public func fuzzJSON(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer owns the memory during the call.
    let input = unsafe Span<UInt8>(_unsafeStart: data, count: count)
    do throws(JSONError) {
        let value = try JSONParser.parse(input)
        let text = JSONWriter.bytes(value)
        let again = try JSONParser.parse(text.span)
        precondition(again == value)
        precondition(JSONWriter.bytes(again) == text)
        precondition(text.count <= count * 6)
    } catch {
        precondition(error.offset >= 0 && error.offset <= count)
    }
    return 0
}
