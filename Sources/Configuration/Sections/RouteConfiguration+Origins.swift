/// What a route allows to pages of other origins.
extension RouteConfiguration {
    /// Reads `cors:`.
    mutating func readCORS(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("cors", context) else { return }
        let list = reader.list("allowed_origins")
        var read = CORSConfiguration(allowedOrigins: Self.origins(list ?? [], context))
        if list?.isEmpty ?? !reader.has("allowed_origins") {
            context.problems.report(
                reader.node, "names no origin: write allowed_origins, such as [https://app.example.com]")
        }
        if let methods = Self.names(reader, "allowed_methods", "a method such as PUT") { read.allowedMethods = methods }
        if let names = Self.names(reader, "allowed_headers", "a field name such as Content-Type") {
            read.allowedHeaders = names
        }
        if let names = Self.names(reader, "exposed_headers", "a field name such as ETag") {
            read.exposedHeaders = names
        }
        reader.integer("max_age_seconds", in: 0...86_400, into: &read.maxAgeSeconds)
        reader.boolean("allow_credentials", into: &read.allowsCredentials)
        reader.boolean("allow_private_network", into: &read.allowsPrivateNetwork)
        reader.finish()
        cors = read
    }

    /// Reads `csrf:`.
    mutating func readCSRF(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("csrf", context) else { return }
        reader.boolean("enabled", into: &csrf.isEnabled)
        csrf.allowedOrigins = Self.origins(reader.list("allowed_origins") ?? [], context)
        reader.boolean("allow_same_site", into: &csrf.allowsSameSite)
        if !csrf.isEnabled, reader.has("allowed_origins") || reader.has("allow_same_site") {
            context.problems.warn(reader.node, "has exceptions without effect beside enabled: false")
        }
        reader.finish()
    }

    private static func origins(_ list: [ConfigurationNode], _ context: ReadingContext) -> [String] {
        var origins: [String] = []
        for element in list {
            guard let text = element.text else {
                context.problems.report(
                    element, "is \(element.kind), and must be an origin such as https://app.example.com")
                continue
            }
            if let message = OriginText.problem(with: text, mayHoldWildcard: true) {
                context.problems.report(element, message)
            } else if origins.contains(text) {
                context.problems.report(element, "“\(text)” stands twice: remove one of the two")
            } else {
                origins.append(text)
            }
        }
        return origins
    }

    /// A list of tokens (RFC 9110 §5.6.2); nil if there is none.
    private static func names(_ reader: MappingReader, _ key: String, _ what: String) -> [String]? {
        guard let list = reader.list(key) else { return nil }
        var names: [String] = []
        for element in list {
            guard let text = element.text, FieldNameRules.isToken(text), text != "*" else {
                reader.problems.report(
                    element, "is \(MappingReader.quote(element)): write \(what); “*” is no choice with credentials")
                continue
            }
            if names.contains(where: { $0.lowercased() == text.lowercased() }) {
                reader.problems.report(element, "“\(text)” stands twice: remove one of the two")
            } else {
                names.append(text)
            }
        }
        return names
    }
}
