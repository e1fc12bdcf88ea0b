import HTTPWire

@testable import DemoApplication

/// A connection of the demo application that is fed text, and what it answered.
struct Exchange: ~Copyable {
    var connection = DemoConnection(site: DemoSite(rotationGraceSeconds: 5))
    let output = OutputBuffer()
    var step = DemoConnection.Step.needInput

    /// Feeds bytes as one piece.
    mutating func feed(_ bytes: [UInt8]) {
        // The array is lent for the length of the call.
        step = unsafe bytes.withUnsafeBytes { unsafe connection.receive($0, to: output) }
    }

    mutating func feed(_ text: String) { feed([UInt8](text.utf8)) }

    /// Everything that was answered since the last call.
    mutating func answer() -> String {
        let text = output.string
        output.removeAll()
        return text
    }

    /// The bytes that were answered since the last call.
    mutating func answerBytes() -> [UInt8] {
        let bytes = unsafe output.withUnsafeBytes { unsafe [UInt8]($0) }
        output.removeAll()
        return bytes
    }

    /// The answer to one request.
    static func answer(to text: String) -> String {
        var exchange = Exchange()
        exchange.feed(text)
        return exchange.answer()
    }

    /// A form that is posted.
    static func post(_ path: String, _ form: String, fields: String = "", type: String = formType) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: \(type)\r\nContent-Length: \(form.utf8.count)\r\n\(fields)\r\n\(form)"
    }

    static let formType = "application/x-www-form-urlencoded"
}

/// Frames of a client.
enum ClientFrame {
    /// A masked frame.
    static func bytes(
        _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, reserved: UInt8 = 0, isMasked: Bool = true,
        lengthForm: Int? = nil
    ) -> [UInt8] {
        var frame = [(isFinal ? 0x80 : 0) | reserved | opcode]
        let form = lengthForm ?? (payload.count < 126 ? 0 : payload.count < 65536 ? 2 : 8)
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        switch form {
        case 0: frame.append(maskBit | UInt8(payload.count))
        case 2: frame.append(maskBit | 126)
        default: frame.append(maskBit | 127)
        }
        for index in (0..<form).reversed() { frame.append(UInt8(payload.count >> (8 * index) & 255)) }
        guard isMasked else { return frame + payload }
        let mask: [UInt8] = [0x12, 0xa4, 0x56, 0x78]
        return frame + mask + payload.enumerated().map { $0.element ^ mask[$0.offset & 3] }
    }

    static func text(_ text: String, isFinal: Bool = true) -> [UInt8] { bytes(1, [UInt8](text.utf8), isFinal: isFinal) }
}
