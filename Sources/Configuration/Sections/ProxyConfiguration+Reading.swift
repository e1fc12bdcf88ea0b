extension ProxyConfiguration {
    /// Reads the whole file.
    mutating func read(_ reader: MappingReader, _ context: ReadingContext) {
        readWorkers(reader)
        listeners = ListenerConfiguration.read(reader, context)
        readTrustedProxies(reader, context)
        // Without the section the defaults hold, and the secret comes from its usual variable.
        if let section = reader.section("tokens", context) {
            tokens.read(section, context)
        } else if !reader.has("tokens") {
            tokens.readKeys(reader.node, algorithm: nil, context)
        }
        if let section = reader.section("cookies", context) { cookies.read(section) }
        if let section = reader.section("store", context) {
            store.read(section, context)
        } else {
            store.url = "sqlite:" + context.resolved("state/sallyport.db")
        }
        if let section = reader.section("limits", context) { limits.read(section) }
        if let section = reader.section("logging", context) { logging.read(section, context) }
        reader.seconds("drain_timeout_seconds", in: 0...3600, into: &drainTimeoutSeconds)
        upstreams = UpstreamConfiguration.read(reader, context)
        var routing = RouteListReader(context: context, upstreams: upstreams, tokens: tokens)
        routes = routing.read(reader)
        if let issuers = reader.value("issuers"), issuers.elements?.isEmpty != true {
            context.problems.report(
                issuers, "names foreign issuers, which this version does not offer: remove the section")
        }
        reader.finish()
    }

    private mutating func readWorkers(_ reader: MappingReader) {
        guard let node = reader.value("workers"), node.text != "auto" else { return }
        guard let text = node.plainText, let number = Int(text), (1...1024).contains(number) else {
            reader.problems.report(
                node, "is \(MappingReader.quote(node)): write auto for one per core, or a whole number from 1 to 1024")
            return
        }
        workers = number
    }

    private mutating func readTrustedProxies(_ reader: MappingReader, _ context: ReadingContext) {
        for element in reader.list("trusted_proxies") ?? [] {
            guard let text = element.text else {
                context.problems.report(element, "is \(element.kind), and must be a range such as 10.0.0.0/8")
                continue
            }
            switch RangeText.read(text) {
            case .refused(let message): context.problems.report(element, message)
            case .range(let range):
                if range.prefixLength == 0 || text.hasSuffix("/0") {
                    context.problems.warn(
                        element, "trusts every peer, so that any client chooses the address it is seen with")
                }
                trustedProxies.append(range)
            }
        }
    }
}
