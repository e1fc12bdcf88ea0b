/// Reads `routes:` as a whole: what one route may be depends on the upstreams and on the other routes.
struct RouteListReader {
    let context: ReadingContext
    let upstreams: [String: UpstreamConfiguration]
    let tokens: TokenConfiguration
    private var matches: [Match: ConfigurationNode] = [:]
    private var names: [String: Int] = [:]
    private var used: Set<String> = []

    /// What a route is chosen by.
    private struct Match: Hashable {
        var host: String?
        var path: RouteConfiguration.PathMatch
    }

    init(context: ReadingContext, upstreams: [String: UpstreamConfiguration], tokens: TokenConfiguration) {
        self.context = context
        self.upstreams = upstreams
        self.tokens = tokens
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
        let match = Match(host: route.host, path: route.path)
        if let first = matches[match] {
            context.problems.report(
                reader.node,
                "matches exactly what \(first.keyPath) in line \(first.place.line) does, and would never be chosen: remove one of the two"
            )
        } else {
            matches[match] = reader.node
        }
        route.readAuthentication(reader, context)
        route.readIdentity(reader, context)
        route.maxBodyBytes = reader.integer("max_body_bytes", in: 0...Int64.max)
        if let cors = reader.section("cors", context) { route.readOrigins(cors) }
        reader.finish()
        return upstream == nil ? nil : route
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
