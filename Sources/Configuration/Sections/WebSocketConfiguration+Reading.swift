internal import HTTPWire

extension WebSocketConfiguration {
    /// Reads `websocket:`.
    mutating func read(_ reader: MappingReader) {
        readOrigins(reader)
        readClose(reader)
        reader.finish()
    }

    private mutating func readOrigins(_ reader: MappingReader) {
        guard let list = reader.list("allowed_origins") else { return }
        var origins: [String] = []
        for element in list {
            guard let text = element.text else {
                reader.problems.report(
                    element, "is \(element.kind), and must be an origin such as https://app.example.com")
                continue
            }
            if text == "*" {
                reader.problems.report(
                    element, "“*” would let every site open sockets in the name of its visitors: name the origins")
            } else if let message = OriginText.problem(with: text) {
                reader.problems.report(element, message)
            } else if origins.contains(text) {
                reader.problems.report(element, "“\(text)” stands twice: remove one of the two")
            } else {
                origins.append(text)
            }
        }
        allowedOrigins = origins
    }

    private mutating func readClose(_ reader: MappingReader) {
        if let node = reader.value("close_code") {
            let code = node.plainText.flatMap { Int($0) }
            if let code, WebSocketCloseFrame.isUsable(code) {
                closeCode = UInt16(code)
            } else {
                reader.problems.report(
                    node,
                    "is \(MappingReader.quote(node)), and no code that a proxy may close with: write 1000, 1001, 1008 or a code from 3000 to 4999"
                )
            }
        }
        guard let (text, node) = reader.string("close_reason") else { return }
        guard text.utf8.count <= WebSocketCloseFrame.longestReason else {
            reader.problems.report(
                node,
                "has \(text.utf8.count) bytes, and a close frame has room for \(WebSocketCloseFrame.longestReason): write a shorter one"
            )
            return
        }
        closeReason = text
    }
}
