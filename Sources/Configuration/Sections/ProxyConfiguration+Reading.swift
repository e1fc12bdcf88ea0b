extension ProxyConfiguration {
    /// Reads the whole file.
    mutating func read(_ reader: MappingReader, _ context: ReadingContext) {
        readWorkers(reader)
        listeners = ListenerConfiguration.read(reader, context)
        admin = AdminConfiguration.read(reader, context, beside: listeners)
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
        issuers = IssuerConfiguration.read(reader, own: tokens, context)
        readAssertions(reader, context)
        var routing = RouteListReader(
            context: context, upstreams: upstreams, tokens: tokens, issuers: issuers,
            canAssert: reader.has("assertions"))
        routes = routing.read(reader)
        reader.finish()
        warnOfTLS(reader, context)
    }

    /// What is doubtful about listeners and other sections together.
    private func warnOfTLS(_ reader: MappingReader, _ context: ReadingContext) {
        if !listeners.contains(where: { $0.tls?.asksForCertificates == true }), let list = reader.list("routes") {
            for (route, node) in zip(routes, list) where !route.certificateHeaders.isEmpty {
                context.problems.warn(
                    node, "has client_certificate_headers, and no listener asks clients for certificates")
            }
        }
        if !cookies.isSecure, listeners.contains(where: { $0.tls != nil }), let node = reader.value("cookies") {
            context.problems.warn(
                node, "has secure: false beside a listener with TLS: the cookies go over plain HTTP too")
        }
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
