/// Reads one mapping key by key; what was not asked for in the end is an unknown key.
final class MappingReader {
    /// The mapping itself.
    let node: ConfigurationNode
    let problems: ProblemList
    private var values: [String: ConfigurationNode] = [:]
    private var keys: [(name: String, place: SourcePlace)] = []
    private var known: Set<String> = []

    /// - Returns: nil, after reporting it, when the node is no mapping.
    init?(_ node: ConfigurationNode, _ context: ReadingContext) {
        self.node = node
        problems = context.problems
        guard case .mapping(let members) = node.node.content else {
            problems.report(node, "is \(node.kind), and must be a mapping of keys to values")
            return nil
        }
        for (key, value) in members {
            guard case .scalar(let name, _) = key.content else {
                problems.report(key.place, node.keyPath, "has a key that is a list or a mapping: write a word")
                continue
            }
            if values[name] != nil, let first = keys.first(where: { $0.name == name }) {
                problems.report(
                    key.place, path(name), "stands twice, here and in line \(first.place.line): keep one of the two")
            } else {
                keys.append((name, key.place))
            }
            // The last one is judged, as it would count elsewhere.
            values[name] = ConfigurationNode(value, keyPath: path(name), key: key.place)
        }
    }

    /// The key path of a member.
    func path(_ key: String) -> String {
        node.keyPath.isEmpty ? key : "\(node.keyPath).\(key)"
    }

    /// The value of a key, which is known from now on. An empty value is reported and counts as missing.
    func value(_ key: String) -> ConfigurationNode? {
        known.insert(key)
        guard let value = values[key] else { return nil }
        if value.isAbsent {
            problems.report(value, "has no value: write one, or remove the key for the default")
            return nil
        }
        return value
    }

    /// Whether the key is there, with or without a value.
    func has(_ key: String) -> Bool { values[key] != nil }

    /// The members in the order of the file, for mappings whose keys are names.
    var members: [(name: String, place: SourcePlace, value: ConfigurationNode)] {
        keys.compactMap { key in values[key.name].map { (key.name, key.place, $0) } }
    }

    /// Reports a key that has to be there.
    func reportMissing(_ key: String, _ message: String) {
        known.insert(key)
        problems.report(node.place, path(key), message)
    }

    /// Reports the keys that nobody asked for.
    func finish() {
        for (name, place) in keys where !known.contains(name) {
            let hint = KeySuggestion.hint(for: name, among: known.sorted().filter { !has($0) })
            let list = hint.isEmpty ? "; known here are: \(known.sorted().joined(separator: ", "))" : hint
            problems.report(place, path(name), "is no known key" + list)
        }
    }
}
