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

    /// Reads `client_certificate_headers:`, in the order of the file.
    mutating func readCertificateHeaders(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("client_certificate_headers", context) else { return }
        var seen = Dictionary(
            identityHeaders.map { (FieldNameRules.folded($0.name), "identity_headers") }, uniquingKeysWith: { $1 })
        for (name, place, node) in reader.members {
            let value = reader.value(name).flatMap { reader.word($0, CertificateValue.self) }
            if let message = FieldNameRules.problem(withIdentityHeader: name) {
                context.problems.report(place, node.keyPath, "“\(name)” \(message)")
                continue
            }
            if let other = seen.updateValue("line \(place.line)", forKey: FieldNameRules.folded(name)) {
                context.problems.report(
                    place, node.keyPath, "“\(name)” is a field of \(other) too: keep one of the two")
            }
            if let value { certificateHeaders.append((name: name, value: value)) }
        }
        reader.finish()
    }

    static func isClaimPath(_ text: String) -> Bool {
        text.utf8.count <= 256 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }
}
