internal import Tokens

extension IssuerConfiguration {
    /// Reads `jwks:` and `discovery:`: exactly one source of keys.
    static func keySource(
        _ reader: MappingReader, issuer: String, algorithms: Set<SignatureAlgorithm>, _ context: ReadingContext
    ) -> KeySource? {
        var isDiscovered = false
        reader.boolean("discovery", into: &isDiscovered)
        guard reader.has("jwks") else {
            if isDiscovered { return discovered(issuer, reader, nil, context) }
            reader.reportMissing(
                "jwks", "is missing: write {file: PATH} or {url: https://…}, or discovery: true beside it"
            )
            return nil
        }
        guard let section = reader.section("jwks", context) else { return nil }
        section.boolean("discovery", into: &isDiscovered)
        let file = section.string("file")
        let url = section.string("url")
        let sources = (file == nil ? 0 : 1) + (url == nil ? 0 : 1) + (isDiscovered ? 1 : 0)
        guard sources == 1 else {
            // One that was reported already counts as named.
            if sources > 1 || !["file", "url", "discovery"].contains(where: section.has) {
                let words = sources > 1 ? "names more than one source of keys" : "names no source of keys"
                context.problems.report(
                    section.node, "\(words): write {file: PATH} or {url: https://…}, or discovery: true")
            }
            _ = remote(section, context)
            return nil
        }
        if isDiscovered { return discovered(issuer, reader, section, context) }
        if let (path, node) = file {
            section.finish()
            return fileKeys(path, node, algorithms, context).map { .file($0) }
        }
        guard let (text, node) = url else { return nil }
        let source = remote(section, context)
        return read(text, node, context) { text throws(KeyServerURL.Problem) in try KeyServerURL(text) }
            .map { source(.keySet($0)) }
    }

    private static func discovered(
        _ issuer: String, _ reader: MappingReader, _ section: MappingReader?, _ context: ReadingContext
    ) -> KeySource? {
        let source: (RemoteKeys.Origin) -> KeySource =
            if let section { remote(section, context) } else { { KeySource.remote(RemoteKeys($0)) } }
        guard let node = reader.value("issuer") else { return nil }
        return read(issuer, node, context) { text throws(KeyServerURL.Problem) in try KeyServerURL.discovery(of: text) }
            .map { source(.discovery($0)) }
    }

    private static func read(
        _ text: String, _ node: ConfigurationNode, _ context: ReadingContext,
        _ parse: (String) throws(KeyServerURL.Problem) -> KeyServerURL
    ) -> KeyServerURL? {
        do throws(KeyServerURL.Problem) {
            return try parse(text)
        } catch {
            context.problems.report(
                node,
                "“\(text)” \(error.sentence): write a URL such as https://issuer.example/jwks.json")
            return nil
        }
    }

    /// Reads how keys are fetched; gives what makes a source of it.
    private static func remote(_ section: MappingReader, _ context: ReadingContext)
        -> (RemoteKeys.Origin) -> KeySource
    {
        let authorities = TLSFileReader(context: context).authorities("ca", section)
        var options = (least: Int64(300), most: Int64(86_400), timeout: 5.0, interval: 30.0)
        section.integer("refresh_min_seconds", in: 1...86_400, into: &options.least)
        section.integer("refresh_max_seconds", in: 1...604_800, into: &options.most)
        section.seconds("timeout_seconds", in: 0.1...60, into: &options.timeout)
        section.seconds("unknown_key_interval_seconds", in: 1...3600, into: &options.interval)
        if options.least > options.most,
            let node = section.value("refresh_min_seconds") ?? section.value("refresh_max_seconds")
        {
            context.problems.report(node, "leaves no time between refresh_min_seconds and refresh_max_seconds")
        }
        section.finish()
        return { origin in
            var remote = RemoteKeys(origin)
            remote.authorities = authorities?.path
            (remote.refreshMinSeconds, remote.refreshMaxSeconds) = (options.least, options.most)
            (remote.timeoutSeconds, remote.unknownKeyIntervalSeconds) = (options.timeout, options.interval)
            return .remote(remote)
        }
    }
}
