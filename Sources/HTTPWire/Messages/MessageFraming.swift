/// Reads what Content-Length and Transfer-Encoding say, and refuses all on which peers could disagree (RFC 9112 §6).
enum MessageFraming {
    /// A Content-Length value (RFC 9110 §8.6): digits only. A list, even of equal numbers, a sign, leading zeros
    /// (octal to some) and more than 63 bits are refused.
    fileprivate static func contentLength(_ value: ByteRange, _ bytes: RawSpan, in message: HTTPParseError.Message)
        throws(HTTPParseError) -> Int64
    {
        let start = Int(value.start)
        guard value.count >= 1, value.count <= 19, value.count == 1 || bytes.byte(start) != UInt8(ascii: "0") else {
            throw HTTPParseError(.invalidContentLength, in: message, at: start)
        }
        var length: Int64 = 0
        for offset in value.range {
            let digit = bytes.byte(offset)
            guard ASCII.isDigit(digit) else {
                let isList = digit == ASCII.comma
                throw HTTPParseError(isList ? .contentLengthRepeated : .invalidContentLength, in: message, at: offset)
            }
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(digit &- 0x30))
            guard !overflow, !carry else { throw HTTPParseError(.invalidContentLength, in: message, at: start) }
            length = sum
        }
        return length
    }

    /// Whether the value is a list of plain codings with `chunked` at its end and nowhere else: valid, but with
    /// something in it that we do not know.
    fileprivate static func isCodingList(_ value: ByteRange, _ bytes: RawSpan) -> Bool {
        var elements = ListElements(value)
        var endsInChunked = false
        while let element = elements.next(in: bytes) {
            guard !endsInChunked else { return false }
            for offset in element.range where !ByteClass.is(bytes.byte(offset), ByteClass.token) { return false }
            endsInChunked = bytes.equalsIgnoringCase(element, "chunked")
        }
        return endsInChunked
    }
}

extension FieldTable {
    /// The framing that the section declares: `.none` without either field.
    @inline(__always)
    func declaredFraming(_ bytes: RawSpan, minorVersion: UInt8, in message: HTTPParseError.Message)
        throws(HTTPParseError) -> BodyFraming
    {
        guard contains(.contentLength) || contains(.transferEncoding) else { return .none }
        return try framing(bytes, minorVersion: minorVersion, in: message)
    }

    @inline(never)
    private func framing(_ bytes: RawSpan, minorVersion: UInt8, in message: HTTPParseError.Message)
        throws(HTTPParseError) -> BodyFraming
    {
        guard let length = first(.contentLength) else {
            return try chunkedFraming(bytes, minorVersion: minorVersion, in: message)
        }
        guard !contains(.transferEncoding) else {
            throw HTTPParseError(.bothLengthAndCoding, in: message, at: Int(length.name.start))
        }
        guard !isRepeated(.contentLength) else {
            throw HTTPParseError(.contentLengthRepeated, in: message, at: Int(length.name.start))
        }
        return .length(try MessageFraming.contentLength(length.value, bytes, in: message))
    }

    private func chunkedFraming(_ bytes: RawSpan, minorVersion: UInt8, in message: HTTPParseError.Message)
        throws(HTTPParseError) -> BodyFraming
    {
        guard let coding = first(.transferEncoding) else { return .none }
        let place = Int(coding.name.start)
        guard minorVersion >= 1 else { throw HTTPParseError(.transferEncodingInOldVersion, in: message, at: place) }
        guard !isRepeated(.transferEncoding) else {
            throw HTTPParseError(.transferEncodingRepeated, in: message, at: place)
        }
        if bytes.equalsIgnoringCase(coding.value, "chunked") { return .chunked }
        let isList = MessageFraming.isCodingList(coding.value, bytes)
        throw HTTPParseError(
            isList ? .unsupportedTransferCoding : .invalidTransferEncoding, in: message, at: Int(coding.value.start))
    }
}
