extension UpstreamConfiguration {
    /// Reads `upstreams:`.
    static func read(_ root: MappingReader, _ context: ReadingContext) -> [String: UpstreamConfiguration] {
        guard root.has("upstreams") else {
            root.reportMissing("upstreams", "is missing: write {NAME: {endpoints: [127.0.0.1:3000]}}")
            return [:]
        }
        guard let section = root.section("upstreams", context) else { return [:] }
        var upstreams: [String: UpstreamConfiguration] = [:]
        for (name, place, _) in section.members {
            if !FieldNameRules.isToken(name) {
                context.problems.report(place, section.path(name), "is no name: write letters, digits, “-” and “_”")
            }
            guard let node = section.value(name) else { continue }
            // The name is known even if the entry is not usable, so that routes are not blamed for it.
            upstreams[name] = UpstreamConfiguration(endpoints: [])
            guard let reader = MappingReader(node, context) else { continue }
            var upstream = UpstreamConfiguration(endpoints: endpoints(reader, context))
            upstream.readTLS(reader, context)
            upstream.readBehaviour(reader, context)
            reader.finish()
            upstreams[name] = upstream
        }
        if section.members.isEmpty {
            context.problems.report(section.node, "is empty: write {NAME: {endpoints: [127.0.0.1:3000]}}")
        }
        section.finish()
        return upstreams
    }

    private mutating func readTLS(_ reader: MappingReader, _ context: ReadingContext) {
        guard let section = reader.section("tls", context) else { return }
        tls = TLSClientConfiguration.read(section, context, mayTrustAnybody: true)
        let isUnix = endpoints.contains { if case .unix = $0 { true } else { false } }
        if isUnix, !section.has("server_name") {
            section.reportMissing("server_name", "is missing: no certificate is for a Unix socket; write a name")
        }
    }

    private static func endpoints(_ reader: MappingReader, _ context: ReadingContext) -> [ListenerConfiguration.Address]
    {
        guard reader.has("endpoints") else {
            reader.reportMissing("endpoints", "is missing: write a list such as [127.0.0.1:3000]")
            return []
        }
        guard let list = reader.list("endpoints") else { return [] }
        if list.isEmpty, let node = reader.value("endpoints") {
            context.problems.report(node, "is empty: write at least one address such as 127.0.0.1:3000")
        }
        var seen: Set<ListenerConfiguration.Address> = []
        return list.compactMap { element in
            guard let text = element.text else {
                context.problems.report(element, "is \(element.kind), and must be an address such as 127.0.0.1:3000")
                return nil
            }
            switch AddressText.read(text, mayBeName: true, context) {
            case .refused(let message):
                context.problems.report(element, message)
                return nil
            case .address(let address):
                if !seen.insert(address).inserted {
                    context.problems.report(element, "“\(text)” stands twice: remove one of the two")
                }
                return address
            }
        }
    }
}
