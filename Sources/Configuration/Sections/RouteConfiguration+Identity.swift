extension RouteConfiguration {
    /// Reads `identity_headers:`, in the order of the file.
    mutating func readIdentity(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("identity_headers", context) else { return }
        var seen: [String: Int] = [:]
        for (name, place, node) in reader.members {
            let claim = reader.string(name)
            if let message = FieldNameRules.problem(withIdentityHeader: name) {
                context.problems.report(place, node.keyPath, "“\(name)” \(message)")
                continue
            }
            let folded = FieldNameRules.folded(name)
            if let line = seen[folded] {
                context.problems.report(
                    place, node.keyPath,
                    "“\(name)” is the field of line \(line) in another spelling: keep one of the two")
            }
            seen[folded] = place.line
            guard let (text, node) = claim else { continue }
            guard Self.isClaimPath(text) else {
                context.problems.report(
                    node,
                    "“\(text)” is no claim: write its name, nested members joined by dots, such as address.country")
                continue
            }
            identityHeaders.append((name: name, claim: text))
        }
        reader.finish()
        if authentication == .none, !reader.members.isEmpty {
            context.problems.warn(
                reader.node, "sends nothing with authentication: none; the fields are only taken from clients")
        }
    }

    private static func isClaimPath(_ text: String) -> Bool {
        text.utf8.count <= 256 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    /// Reads `cors:`.
    mutating func readOrigins(_ reader: MappingReader) {
        for element in reader.list("allowed_origins") ?? [] {
            guard let text = element.text else {
                reader.problems.report(
                    element, "is \(element.kind), and must be an origin such as https://app.example.com")
                continue
            }
            if let message = OriginText.problem(with: text) {
                reader.problems.report(element, message)
            } else if allowedOrigins.contains(text) {
                reader.problems.report(element, "“\(text)” stands twice: remove one of the two")
            } else {
                allowedOrigins.append(text)
            }
        }
        reader.finish()
    }
}
