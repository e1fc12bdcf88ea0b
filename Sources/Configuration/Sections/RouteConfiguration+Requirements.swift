internal import Tokens

extension RouteConfiguration {
    /// Reads `require:`: `{CLAIM: VALUE}`, `{CLAIM: [VALUE, …]}` (one of them), `{CLAIM: {any: […], all: […]}}`.
    mutating func readRequirements(_ route: MappingReader, _ context: ReadingContext) {
        guard let reader = route.section("require", context) else { return }
        for (claim, place, _) in reader.members {
            guard let value = reader.value(claim) else { continue }
            guard Self.isClaimPath(claim) else {
                context.problems.report(
                    place, value.keyPath,
                    "“\(claim)” is no claim: write its name, nested members joined by dots, such as realm_access.roles")
                continue
            }
            requirements.rules += Self.rules(claim, value, context)
        }
        reader.finish()
        if reader.members.isEmpty {
            context.problems.report(reader.node, "is empty: write a claim and its values, such as {roles: [admin]}")
        }
        switch authentication {
        case .required: break
        case .optional:
            context.problems.warn(
                reader.node, "refuses users who lack the claims, while authentication: optional lets strangers in")
        case .none:
            context.problems.report(
                reader.node, "asks for claims where authentication: none looks at no token: remove one of the two")
        }
    }

    private static func rules(_ claim: String, _ value: ConfigurationNode, _ context: ReadingContext)
        -> [ClaimRequirements.Rule]
    {
        guard value.text == nil, value.elements == nil else {
            return rule(claim, .any, value, context).map { [$0] } ?? []
        }
        guard let reader = MappingReader(value, context) else { return [] }
        let rules = ClaimRequirements.Quantifier.allCases.compactMap { quantifier in
            reader.value(quantifier.rawValue).flatMap { rule(claim, quantifier, $0, context) }
        }
        reader.finish()
        if reader.members.isEmpty {
            context.problems.report(value, "is empty: write {any: […]} or {all: […]}")
        }
        return rules
    }

    private static func rule(
        _ claim: String, _ quantifier: ClaimRequirements.Quantifier, _ node: ConfigurationNode,
        _ context: ReadingContext
    ) -> ClaimRequirements.Rule? {
        var rule = ClaimRequirements.Rule(claim, quantifier, [])
        let elements = node.elements ?? [node]
        if elements.isEmpty {
            context.problems.report(node, "is empty: write at least one value, or remove the key")
        }
        for element in elements {
            guard let value = scalar(element, isScope: rule.isScope, context) else { continue }
            guard !rule.values.contains(value) else {
                context.problems.report(element, "stands twice: remove one of the two")
                continue
            }
            rule.values.append(value)
        }
        return rule.values.isEmpty ? nil : rule
    }

    /// A text, a whole number or a truth value; what stands in quotes is text.
    private static func scalar(_ node: ConfigurationNode, isScope: Bool, _ context: ReadingContext) -> JSONValue? {
        guard let text = node.text else {
            context.problems.report(node, "is \(node.kind), and must be text, a whole number, true or false")
            return nil
        }
        if isScope {
            // A scope-token of RFC 6749 §3.3; it also stands in a challenge.
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }) else {
                context.problems.report(node, "“\(text)” is no scope: write each one by itself, without blanks")
                return nil
            }
            return .string(text)
        }
        guard node.plainText != nil else { return .string(text) }
        if text == "true" || text == "false" { return .boolean(text == "true") }
        if let number = Int64(text), String(number) == text { return .integer(number) }
        guard Double(text) == nil else {
            context.problems.report(
                node, "is \(text): write a whole number in decimal digits, or put text into quotes")
            return nil
        }
        return .string(text)
    }
}
