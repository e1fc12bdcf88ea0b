extension StoreConfiguration {
    /// Reads `store:`.
    mutating func read(_ reader: MappingReader, _ context: ReadingContext) {
        url = "sqlite:" + context.resolved("state/sallyport.db")
        if let (text, node) = reader.string("url") {
            switch StoreURLText.read(text, context) {
            case .url(let text):
                url = text
                if let message = context.problemOfStore(text) { context.problems.report(node, message) }
            case .refused(let message): context.problems.report(node, message)
            }
        }
        readPassword(reader, context)
        readTLS(reader, context)
        if let (text, node) = reader.string("key_prefix") {
            // Braces would move the hash tag that keeps a session in one slot of a cluster.
            if text.utf8.count <= 64, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
                !text.contains(where: { "{}".contains($0) })
            {
                keyPrefix = text
            } else {
                context.problems.report(
                    node, "“\(text)” is no key prefix: write up to 64 visible ASCII characters without braces")
            }
        }
        reader.boolean("require_noeviction", into: &requiresNoEviction)
        reader.integer("command_timeout_ms", in: 1...60_000, into: &commandTimeoutMilliseconds)
        reader.integer("revocation_staleness_max_ms", in: 200...60_000, into: &revocationStalenessMaxMilliseconds)
        reader.seconds("cleanup_interval_seconds", in: 1...86_400, into: &cleanupIntervalSeconds)
        reader.finish()
    }

    private mutating func readTLS(_ reader: MappingReader, _ context: ReadingContext) {
        guard let section = reader.section("tls", context) else { return }
        tls = TLSClientConfiguration.read(section, context, mayTrustAnybody: false)
        if !StoreURLText.usesTLS(url) {
            context.problems.report(
                section.node, "is for a Redis with TLS only: write rediss in place of redis in the url, or remove it")
        }
    }

    /// `password:` is `{env: NAME}` or `{file: PATH}` and becomes part of the URL.
    private mutating func readPassword(_ reader: MappingReader, _ context: ReadingContext) {
        guard let node = reader.value("password") else { return }
        // The schemes of Redis are the rest; they may be spelled in any case.
        guard !url.hasPrefix("sqlite:"), url != "memory:" else {
            context.problems.report(node, "is for a Redis only: remove it")
            return
        }
        guard let bytes = SecretReader(context: context).read(node) else { return }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            context.problems.report(node, "is not UTF-8")
            return
        }
        guard let full = StoreURLText.adding(password: text, to: url) else {
            context.problems.report(node, "stands beside a password in the url: keep one of the two")
            return
        }
        url = full
    }
}
