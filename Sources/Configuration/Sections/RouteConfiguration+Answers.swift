internal import HTTPWire

/// What a route does to the fields of answers.
extension RouteConfiguration {
    /// Fields that have a meaning for the connection, for sessions or for a key of their own here.
    private static let untouchable: Set<String> = [
        "vary", "allow", "trailer", "age", "etag", "content-location", "accept-ranges", "retry-after",
    ]

    /// Reads `response_headers: {set: {NAME: VALUE}, remove: [NAME]}`.
    mutating func readResponseHeaders(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("response_headers", context) else { return }
        var seen: Set<String> = []
        if let set = reader.section("set", context) {
            for (name, place, node) in set.members {
                guard let (value, _) = set.string(name) else { continue }
                if let message = Self.problem(withResponseHeader: name) {
                    context.problems.report(place, node.keyPath, "“\(name)” \(message)")
                } else if !seen.insert(name.lowercased()).inserted {
                    context.problems.report(place, node.keyPath, "“\(name)” stands twice: remove one of the two")
                } else if !Self.isFieldValue(value) {
                    context.problems.report(
                        node, "holds what no field may: write printable ASCII of at most 8192 characters")
                } else {
                    responseHeaders.append((name: name, value: value))
                }
            }
            set.finish()
        }
        for element in reader.list("remove") ?? [] {
            guard let name = element.text else {
                context.problems.report(element, "is \(element.kind), and must be a field name such as Server")
                continue
            }
            if let message = Self.problem(withResponseHeader: name) {
                context.problems.report(element, "“\(name)” \(message)")
            } else if !seen.insert(name.lowercased()).inserted {
                context.problems.report(element, "“\(name)” stands twice: remove one of the two")
            } else {
                removedResponseHeaders.append(name)
            }
        }
        reader.finish()
    }

    private static func problem(withResponseHeader name: String) -> String? {
        guard FieldNameRules.isToken(name), !name.contains("_") else {
            return "is no field name: write letters, digits and hyphens, such as X-Frame-Options"
        }
        guard name.utf8.count <= 128 else { return "is longer than 128 characters: choose a shorter name" }
        let folded = name.lowercased()
        guard !folded.hasPrefix("access-control-") else { return "is the business of cors: write it there" }
        let known = withBytes(of: folded) { KnownField($0) }
        guard known == .other || known == .server, !untouchable.contains(folded) else {
            return "has a meaning for the connection, for caches or for sessions: leave it to the application"
        }
        return nil
    }

    private static func isFieldValue(_ text: String) -> Bool {
        text.utf8.count <= 8192 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } && text.first != " "
            && text.last != " "
    }
}
