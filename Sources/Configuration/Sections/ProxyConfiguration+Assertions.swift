/// The keys of the signed assertions that applications get.
extension ProxyConfiguration {
    /// Reads `assertions:`.
    mutating func readAssertions(_ root: MappingReader, _ context: ReadingContext) {
        guard let reader = root.section("assertions", context) else { return }
        if !reader.has("keys") {
            reader.reportMissing("keys", "is missing: write a list such as [{kid: NAME, key: {file: PATH}}]")
        }
        if let node = reader.value("keys") {
            var list = KeyListReader(context: context, usual: nil)
            if case .mapping = node.node.content {
                list.readFile(node)
            } else if let elements = reader.list("keys") {
                list.readList(elements, at: node)
            }
            assertionKeys = list.keys
            for key in list.keys {
                let name = key.identifier ?? ""
                if key.algorithm != "EdDSA", key.algorithm != "ES256" {
                    context.problems.report(
                        node, "holds the key “\(name)” for \(key.algorithm): assertions are signed with EdDSA or ES256")
                }
                // Both stand in one published set.
                if tokens.keys.contains(where: { $0.identifier == name }) {
                    context.problems.report(
                        node, "holds the key “\(name)”, as tokens.keys does: each needs keys of its own")
                }
            }
        }
        reader.finish()
    }
}
