internal import EventIO

extension ListenerConfiguration.TLS {
    /// `client_certificates` and `client_ca`, as they stand for a listener or for one of its certificates.
    private struct Demand {
        var mode: TLSServerSettings.ClientCertificates
        var authorities: String?
    }

    /// Reads a listener's `tls:`; nil for none, and after a report.
    static func read(
        _ listener: MappingReader, _ protocols: ListenerConfiguration.Protocols, _ context: ReadingContext
    ) -> Self? {
        guard let reader = listener.section("tls", context) else { return nil }
        let demand = demand(reader, otherwise: Demand(mode: .off), context)
        let sites = sites(reader, demand, context)
        var settings = TLSServerSettings(sites: sites ?? [])
        settings.protocols = (protocols.http2 ? ["h2"] : []) + (protocols.http1 ? ["http/1.1"] : [])
        reader.word("minimum_version", into: &settings.minimumVersion)
        reader.boolean("session_tickets", into: &settings.hasTickets)
        let strictTransport = reader.section("hsts", context).map { StrictTransportConfiguration.read($0) }
        reader.finish()
        if let sites, demand.authorities != nil, sites.allSatisfy({ $0.clientCertificates == .off }),
            let node = reader.value("client_ca")
        {
            context.problems.warn(node, "has no effect with client_certificates: off")
        }
        return sites == nil ? nil : Self(settings, strictTransport: strictTransport)
    }

    /// Reads `certificates:`; nil if one of them cannot be used.
    private static func sites(
        _ reader: MappingReader, _ demand: Demand, _ context: ReadingContext
    ) -> [TLSServerSettings.Site]? {
        let wanted = "[{certificate: site.pem, key: site.key}]"
        guard reader.has("certificates") else {
            reader.reportMissing("certificates", "is missing: write a list such as \(wanted)")
            return nil
        }
        guard let list = reader.list("certificates") else { return nil }
        if list.isEmpty, let node = reader.value("certificates") {
            context.problems.report(node, "is empty: write a list such as \(wanted)")
        }
        let sites = list.compactMap { element -> TLSServerSettings.Site? in
            guard let site = MappingReader(element, context) else { return nil }
            for name in ["certificate", "key"] where !site.has(name) && !site.has(name == "key" ? "certificate" : "key")
            {
                site.reportMissing(name, "is missing: name a PEM file")
            }
            let pair = TLSFileReader(context: context).certificate(site)
            let own = Self.demand(site, otherwise: demand, context)
            site.finish()
            guard let pair, own.mode == .off || own.authorities != nil else { return nil }
            return TLSServerSettings.Site(
                certificate: TLSCertificateFiles(certificate: pair.chain.path, key: pair.key.path),
                clientCertificates: own.mode, clientAuthorities: own.mode == .off ? nil : own.authorities)
        }
        return sites.isEmpty || sites.count < list.count ? nil : sites
    }

    private static func demand(_ reader: MappingReader, otherwise: Demand, _ context: ReadingContext) -> Demand {
        var demand = otherwise
        let node = reader.value("client_certificates")
        let mode = node.flatMap { reader.word($0, TLSServerSettings.ClientCertificates.self) }
        if let mode { demand.mode = mode }
        let file = TLSFileReader(context: context).authorities("client_ca", reader)
        if let file { demand.authorities = file.path }
        // Reported where the mode stands; a file that cannot be used was reported itself.
        if let node, let mode, mode != .off, demand.authorities == nil, !reader.has("client_ca") {
            context.problems.report(
                node, "is \(mode.rawValue), and nobody says whose: name a PEM file under client_ca")
        }
        return demand
    }
}

extension StrictTransportConfiguration {
    /// The least `max_age_seconds` that the lists of browsers' makers take.
    private static let preloadSeconds: Int64 = 31_536_000

    /// Reads `hsts:`.
    static func read(_ reader: MappingReader) -> Self {
        var value = Self()
        reader.integer("max_age_seconds", in: 0...63_072_000, into: &value.maxAgeSeconds)
        reader.boolean("include_subdomains", into: &value.includesSubdomains)
        reader.boolean("preload", into: &value.mayPreload)
        if value.mayPreload, !value.includesSubdomains || value.maxAgeSeconds < preloadSeconds,
            let node = reader.value("preload")
        {
            reader.problems.report(
                node,
                "is true, which browsers' makers take only with include_subdomains: true and max_age_seconds of \(preloadSeconds) at least"
            )
        }
        reader.finish()
        return value
    }
}
