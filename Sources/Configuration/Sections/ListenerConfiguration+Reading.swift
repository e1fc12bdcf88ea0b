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
        let mayNameCertificates = elements.contains { $0.node.hasKey("tls") }
        return elements.compactMap { element in
            guard let reader = MappingReader(element, context) else { return nil }
            let address = address(reader, context)
            let protocols = readProtocols(reader, hasTLS: reader.has("tls"))
            let proxyProtocol = readProxyProtocol(reader, address, root)
            let tls = TLS.read(reader, protocols, context)
            let redirect = HTTPSRedirectConfiguration.read(
                reader, hasCertificates: mayNameCertificates, context)
            reader.finish()
            guard let address else { return nil }
            if let first = seen[address], !isAnyPort(address) {
                context.problems.report(
                    element, "listens where \(first.keyPath) in line \(first.place.line) does: remove one of the two")
            }
            seen[address] = element
            return ListenerConfiguration(
                address: address, protocols: protocols, proxyProtocol: proxyProtocol, tls: tls, redirect: redirect)
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

    private static func readProtocols(_ reader: MappingReader, hasTLS: Bool) -> Protocols {
        guard let list = reader.list("protocols") else { return Protocols(http1: true, http2: hasTLS) }
        var protocols = Protocols(http1: false, http2: false)
        for element in list {
            switch element.text {
            case "http/1.1": protocols.http1 = true
            case "h2": protocols.http2 = true
            default:
                reader.problems.report(element, "is \(MappingReader.quote(element)): write h2 or http/1.1")
            }
        }
        if list.isEmpty, let node = reader.value("protocols") {
            reader.problems.report(node, "is empty: write [h2, http/1.1], or remove the key")
        }
        return protocols
    }

    /// Whoever reaches a port could name any client: so a balancer is one of the trusted proxies. A Unix socket is reached by
    /// those whom its folder lets in.
    private static func readProxyProtocol(_ reader: MappingReader, _ address: Address?, _ root: MappingReader) -> Bool {
        var isOn = false
        reader.boolean("proxy_protocol", into: &isOn)
        if isOn, case .tcp = address, root.value("trusted_proxies")?.elements?.isEmpty ?? true,
            let node = reader.value("proxy_protocol")
        {
            reader.problems.report(node, "is on, and nobody may use it: name the balancers in trusted_proxies")
        }
        return isOn
    }
}
