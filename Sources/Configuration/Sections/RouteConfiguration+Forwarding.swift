/// How a route's requests reach the application.
extension RouteConfiguration {
    /// Reads `rewrite:` and `strip_prefix:`.
    mutating func readRewrite(_ reader: MappingReader, _ context: ReadingContext) {
        var strips = false
        reader.boolean("strip_prefix", into: &strips)
        if let (text, node) = reader.string("rewrite") {
            if strips {
                context.problems.report(node, "stands beside strip_prefix: keep one of the two")
            } else if let message = RoutePathRules.problem(with: text, isPrefix: true) {
                context.problems.report(node, message)
            } else {
                rewrite = text
            }
        }
        guard strips else { return }
        rewrite = "/"
        guard let node = reader.value("strip_prefix") else { return }
        switch path {
        case .prefix("/"): context.problems.warn(node, "has no effect: the route has no path_prefix")
        case .exact: context.problems.report(node, "has no prefix to strip beside an exact path: write rewrite: /PATH")
        case .prefix: break
        }
    }

    /// Reads `limits:` of a route.
    mutating func readTimeouts(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("limits", context) else { return }
        let keys: [(String, WritableKeyPath<RouteTimeouts, Double?>, ClosedRange<Double>)] = [
            ("body_idle_timeout_seconds", \.bodyIdleSeconds, 0.1...86_400),
            ("upstream_first_byte_timeout_seconds", \.upstreamFirstByteSeconds, 0.1...86_400),
            ("upstream_idle_timeout_seconds", \.upstreamIdleSeconds, 0.1...86_400),
            ("tunnel_idle_timeout_seconds", \.tunnelIdleSeconds, 0.1...2_592_000),
        ]
        for (key, path, range) in keys {
            var seconds = -1.0
            reader.seconds(key, in: range, into: &seconds)
            if seconds > 0 { timeouts[keyPath: path] = seconds }
        }
        reader.finish()
    }

    /// Reads `assertion:`.
    ///
    /// - Parameter canSign: whether there are keys for it.
    mutating func readAssertion(_ route: MappingReader, canSign: Bool, _ context: ReadingContext) {
        guard let reader = route.section("assertion", context) else { return }
        var read: RouteAssertion?
        if let (audience, node) = reader.string("audience") {
            if audience.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }), audience.utf8.count <= 256
            {
                read = RouteAssertion(audience: audience)
            } else {
                context.problems.report(node, "is no audience: write a name of at most 256 printable characters")
            }
        } else if !reader.has("audience") {
            reader.reportMissing("audience", "is missing: write the name that the application knows itself by")
        }
        if let (name, node) = reader.string("header") {
            if name.lowercased() == "sallyport-assertion" {
                read?.header = name
            } else if let message = FieldNameRules.problem(withIdentityHeader: name) {
                context.problems.report(node, "“\(name)” \(message)")
            } else if identityHeaders.contains(where: {
                FieldNameRules.folded($0.name) == FieldNameRules.folded(name)
            }) {
                context.problems.report(node, "“\(name)” stands among identity_headers: choose another name")
            } else {
                read?.header = name
            }
        }
        if !canSign {
            context.problems.report(
                reader.node,
                "has no key to sign with: write assertions: {keys: [{kid: NAME, key: {file: PATH}}]} at the top of the file"
            )
        }
        reader.finish()
        assertion = read
    }
}
