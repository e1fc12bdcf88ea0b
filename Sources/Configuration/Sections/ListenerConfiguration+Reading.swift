extension ListenerConfiguration {
    /// Reads `listeners:`.
    static func read(_ root: MappingReader, _ context: ReadingContext) -> [ListenerConfiguration] {
        guard root.has("listeners") else {
            root.reportMissing("listeners", "is missing: write a list such as [{address: 127.0.0.1:8080}]")
            return []
        }
        guard let elements = root.list("listeners") else { return [] }
        if elements.isEmpty, let node = root.value("listeners") {
            context.problems.report(node, "is empty: write at least one {address: HOST:PORT}")
        }
        var seen: [Address: ConfigurationNode] = [:]
        return elements.compactMap { element in
            guard let reader = MappingReader(element, context) else { return nil }
            let address = address(reader, context)
            readProtocols(reader)
            refuseLater(reader)
            reader.finish()
            guard let address else { return nil }
            if let first = seen[address], !isAnyPort(address) {
                context.problems.report(
                    element, "listens where \(first.keyPath) in line \(first.place.line) does: remove one of the two")
            }
            seen[address] = element
            return ListenerConfiguration(address: address)
        }
    }

    private static func isAnyPort(_ address: Address) -> Bool {
        if case .tcp(_, 0) = address { true } else { false }
    }

    private static func address(_ reader: MappingReader, _ context: ReadingContext) -> Address? {
        guard let (text, node) = reader.string("address") else {
            if !reader.has("address") { reader.reportMissing("address", "is missing: write HOST:PORT or unix:PATH") }
            return nil
        }
        switch AddressText.read(text, mayBeName: false, context) {
        case .address(let address): return address
        case .refused(let message):
            context.problems.report(node, message)
            return nil
        }
    }

    private static func readProtocols(_ reader: MappingReader) {
        guard let list = reader.list("protocols") else { return }
        for element in list {
            switch element.text {
            case "http/1.1": continue
            case "h2":
                reader.problems.report(element, "is h2, which this version does not offer: write [http/1.1]")
            default:
                reader.problems.report(element, "is \(MappingReader.quote(element)): write http/1.1")
            }
        }
        if list.isEmpty, let node = reader.value("protocols") {
            reader.problems.report(node, "is empty: write [http/1.1], or remove the key")
        }
    }

    /// Keys of the schema whose time has not come: silence would be taken for consent.
    private static func refuseLater(_ reader: MappingReader) {
        var isProxyProtocol = false
        reader.boolean("proxy_protocol", into: &isProxyProtocol)
        if isProxyProtocol, let node = reader.value("proxy_protocol") {
            reader.problems.report(node, "is on, and this version does not offer it: write false, or remove the key")
        }
        if let node = reader.value("tls") {
            reader.problems.report(
                node,
                "asks for TLS, which this version does not offer: remove the key and let a TLS terminator stand in front"
            )
        }
    }
}
