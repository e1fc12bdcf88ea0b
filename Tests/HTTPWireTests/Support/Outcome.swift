import HTTPWire

/// What parsing some bytes came to, in a form that tests compare.
enum Outcome: Equatable, CustomStringConvertible {
    case complete(headLength: Int)
    case needMore
    case refused(HTTPParseError.Kind)

    var description: String {
        switch self {
        case .complete(let length): "complete(\(length))"
        case .needMore: "needMore"
        case .refused(let kind): "refused(\(kind))"
        }
    }

    var isRefusal: Bool {
        if case .refused = self { true } else { false }
    }
}

/// A head and the bytes that its ranges refer to.
struct ParsedRequest: ~Copyable {
    var bytes: [UInt8]
    var head = RequestHead()
    var outcome = Outcome.needMore

    init(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) {
        self.bytes = bytes
        do throws(HTTPParseError) {
            switch try RequestHeadParser.parse(bytes.span, limits: limits, into: &head) {
            case .complete: outcome = .complete(headLength: head.headLength)
            case .needMore: outcome = .needMore
            }
        } catch {
            outcome = .refused(error.kind)
        }
    }

    init(_ text: String, limits: HeadLimits = HeadLimits()) {
        self.init([UInt8](text.utf8), limits: limits)
    }

    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }

    /// `name=value` of each field line.
    var fields: [String] { head.fields.map { text($0.name) + "=" + text($0.value) } }
}

/// A response's head and the bytes that its ranges refer to.
struct ParsedResponse: ~Copyable {
    var bytes: [UInt8]
    var head = ResponseHead()
    var outcome = Outcome.needMore

    init(_ bytes: [UInt8], to method: HTTPMethod = .get, limits: HeadLimits = HeadLimits()) {
        self.bytes = bytes
        do throws(HTTPParseError) {
            switch try ResponseHeadParser.parse(bytes.span, requestMethod: method, limits: limits, into: &head) {
            case .complete: outcome = .complete(headLength: head.headLength)
            case .needMore: outcome = .needMore
            }
        } catch {
            outcome = .refused(error.kind)
        }
    }

    init(_ text: String, to method: HTTPMethod = .get, limits: HeadLimits = HeadLimits()) {
        self.init([UInt8](text.utf8), to: method, limits: limits)
    }

    func text(_ range: ByteRange) -> String { String(decoding: bytes[range.range], as: UTF8.self) }
}
