/// Reads `routes:` as a whole: what one route may be depends on the upstreams and on the other routes.
struct RouteListReader {
    let context: ReadingContext
    let upstreams: [String: UpstreamConfiguration]
    let tokens: TokenConfiguration
    let issuers: [IssuerConfiguration]
    /// Whether there are keys for assertions.
    let canAssert: Bool
    private var matches: [Match: ConfigurationNode] = [:]
    private var names: [String: Int] = [:]
    private var used: Set<String> = []

    /// What a route is chosen by.
    private struct Match: Hashable {
        var host: String?
        var path: RouteConfiguration.PathMatch
        /// One of the methods; nil for a route that takes all.
        var method: String?
    }

    init(
        context: ReadingContext, upstreams: [String: UpstreamConfiguration], tokens: TokenConfiguration,
        issuers: [IssuerConfiguration], canAssert: Bool
    ) {
        self.context = context
        self.upstreams = upstreams
        self.tokens = tokens
        self.issuers = issuers
        self.canAssert = canAssert
    }

    mutating func read(_ root: MappingReader) -> [RouteConfiguration] {
        guard root.has("routes") else {
            root.reportMissing("routes", "is missing: write a list such as [{upstream: NAME}]")
            return []
        }
        guard let elements = root.list("routes") else { return [] }
        if elements.isEmpty, let node = root.value("routes") {
            context.problems.report(node, "is empty: write at least one {upstream: NAME}")
        }
        var routes: [RouteConfiguration] = []
        for (index, element) in elements.enumerated() {
            guard let reader = MappingReader(element, context) else { continue }
            if let route = read(reader, index: index) { routes.append(route) }
        }
        for (name, place, _) in root.value("upstreams").flatMap({ MappingReader($0, context) })?.members ?? []
        where !used.contains(name) && !elements.isEmpty {
            context.problems.warn(place, "upstreams.\(name)", "is used by no route")
        }
        return routes
    }

    private mutating func read(_ reader: MappingReader, index: Int) -> RouteConfiguration? {
        let upstream = upstream(reader)
        var route = RouteConfiguration(name: "routes[\(index)]", upstream: upstream ?? "")
        if let (text, node) = reader.string("name") {
            if let line = names[text] {
                context.problems.report(node, "is “\(text)”, as in line \(line): each route needs a name of its own")
            }
            names[text] = node.place.line
            route.name = text
        }
        route.readMatch(reader, context)
        noteMatch(route, reader)
        route.readAuthentication(reader, context)
        route.readIdentity(reader, context)
        route.readCertificateHeaders(reader, context)
        route.readRequirements(reader, context)
        route.issuers = acceptedIssuers(reader)
        route.maxBodyBytes = reader.integer("max_body_bytes", in: 0...Int64.max)
        route.readCORS(reader, context)
        route.readCSRF(reader, context)
        route.readResponseHeaders(reader, context)
        route.readRewrite(reader, context)
        route.readTimeouts(reader, context)
        route.readAssertion(reader, canSign: canAssert, context)
        if let websocket = reader.section("websocket", context) { route.websocket.read(websocket) }
        reader.finish()
        return upstream == nil ? nil : route
    }

    /// Routes for the same host and path have to differ in their methods.
    private mutating func noteMatch(_ route: RouteConfiguration, _ reader: MappingReader) {
        let methods: [String?] =
            route.methods.map { $0.contains("GET") && !$0.contains("HEAD") ? $0 + ["HEAD"] : $0 } ?? [nil]
        for method in methods {
            let match = Match(host: route.host, path: RoutePathRules.compared(route.path), method: method)
            guard let first = matches[match] else {
                matches[match] = reader.node
                continue
            }
            context.problems.report(
                reader.node,
                "matches exactly what \(first.keyPath) in line \(first.place.line) does\(method.map { ", for \($0)" } ?? ""), and would never be chosen: remove one of the two"
            )
            return
        }
    }

    /// Whose tokens the route takes; nil for all.
    private func acceptedIssuers(_ reader: MappingReader) -> Set<String>? {
        guard let list = reader.list("issuers") else { return nil }
        if list.isEmpty, let node = reader.value("issuers") {
            context.problems.report(node, "is empty, so that no token would be good: name an issuer, or remove the key")
        }
        let known = [RouteConfiguration.ownIssuer] + issuers.map(\.issuer)
        var accepted: Set<String> = []
        for element in list {
            guard let text = element.text, known.contains(text) else {
                let hint = element.text.map { KeySuggestion.hint(for: $0, among: known) } ?? ""
                context.problems.report(
                    element,
                    "is \(MappingReader.quote(element)), and no issuer of this file: write own for our own tokens, or one of issuers\(hint)"
                )
                continue
            }
            if !accepted.insert(text).inserted {
                context.problems.report(element, "“\(text)” stands twice: remove one of the two")
            }
        }
        return accepted
    }

    private mutating func upstream(_ reader: MappingReader) -> String? {
        guard let (name, node) = reader.string("upstream") else {
            if !reader.has("upstream") { reader.reportMissing("upstream", "is missing: write the name of an upstream") }
            return nil
        }
        used.insert(name)
        guard upstreams[name] != nil else {
            let known = upstreams.keys.sorted()
            let hint = KeySuggestion.hint(for: name, among: known)
            let list = known.isEmpty ? "" : hint.isEmpty ? ": write one of \(known.joined(separator: ", "))" : hint
            context.problems.report(node, "“\(name)” is no upstream of this file\(list)")
            return nil
        }
        return name
    }
}
