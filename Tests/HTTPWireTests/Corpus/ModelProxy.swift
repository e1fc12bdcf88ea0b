import HTTPWire

/// The least that a proxy does with these parsers: read messages from a client's bytes, strip what must not pass, and
/// write what it would forward. It stands in for the real one where the parsers are judged by a corpus.
struct ModelProxy {
    /// What became of the bytes.
    struct Result {
        /// The messages as an upstream would receive them.
        var forwarded: [[UInt8]] = []
        /// Bodies of the messages.
        var bodies: [[UInt8]] = []
        /// Canonical targets of the messages.
        var targets: [String] = []
        /// Why reading ended, if by a refusal.
        var refusal: HTTPParseError.Kind?
        /// Whether bytes were left that are the beginning of a message.
        var isUnfinished = false
    }

    private let firewall = HeaderNameSet(["X-User-Id", "X-User-Roles"])
    private let limits = HeadLimits()

    func run(_ input: [UInt8]) -> Result {
        var result = Result()
        var rest = input
        while !rest.isEmpty {
            do throws(HTTPParseError) {
                guard let consumed = try message(rest, &result) else {
                    result.isUnfinished = true
                    return result
                }
                rest.removeFirst(consumed)
            } catch {
                result.refusal = error.kind
                return result
            }
        }
        return result
    }

    /// Reads one message; nil if it is not whole.
    private func message(_ input: [UInt8], _ result: inout Result) throws(HTTPParseError) -> Int? {
        var head = RequestHead()
        guard try RequestHeadParser.parse(input.span, limits: limits, into: &head) == .complete else { return nil }
        // A span of UInt8 has no padding.
        let bytes = unsafe input.span.bytes
        let output = OutputBuffer()
        output.append(head.methodRange, of: bytes)
        output.append(" ")
        let before = output.count
        if head.parsedTarget.form == .asterisk {
            output.append("*")
        } else {
            _ = try CanonicalTarget.canonicalise(bytes.bytes(head.parsedTarget.pathAndQuery), into: output)
        }
        let target = String(output.string.dropFirst(before))
        output.append(" HTTP/1.1\r\n")
        if head.first(.host) == nil { output.append("Host: origin\r\n") }
        appendFields(head, bytes, to: output)
        var consumed = head.headLength
        var body: [UInt8] = []
        switch head.framing {
        case .none, .untilClose: break
        case .length(let length):
            guard length <= Int64(input.count - consumed) else { return nil }
            body = [UInt8](input[consumed..<(consumed + Int(length))])
            consumed += Int(length)
            output.append("Content-Length: ")
            output.append(decimal: body.count)
            output.append("\r\n")
        case .chunked:
            guard let end = try chunked(input, consumed, &body) else { return nil }
            consumed = end
            output.append("Transfer-Encoding: chunked\r\n")
        }
        output.append("\r\n")
        if head.framing == .chunked {
            if !body.isEmpty {
                output.append(hex: UInt64(body.count))
                output.append("\r\n")
            }
            output.append(body)
            output.append(body.isEmpty ? "0\r\n\r\n" : "\r\n0\r\n\r\n")
        } else {
            output.append(body)
        }
        result.forwarded.append(unsafe output.withUnsafeBytes { unsafe [UInt8]($0) })
        result.bodies.append(body)
        result.targets.append(target)
        return consumed
    }

    private func appendFields(_ head: borrowing RequestHead, _ bytes: RawSpan, to output: OutputBuffer) {
        for field in head.fields {
            switch field.known {
            case .contentLength, .transferEncoding, .authorization, .expect, .trailer: continue
            case _ where field.known.isHopByHop: continue
            case _ where head.isNominated(field, in: bytes) || firewall.contains(field, in: bytes): continue
            default: output.append(field.line, of: bytes)
            }
        }
    }

    private func chunked(_ input: [UInt8], _ start: Int, _ body: inout [UInt8]) throws(HTTPParseError) -> Int? {
        var decoder = ChunkedDecoder(limits: limits)
        var offset = start
        // A span of UInt8 has no padding.
        let bytes = unsafe input.span.bytes
        while true {
            switch try decoder.next(bytes, from: offset) {
            case .data(let range):
                body += input[range.range]
                offset = Int(range.end)
            case .needMore: return nil
            case .end(let consumed): return consumed
            }
        }
    }
}
