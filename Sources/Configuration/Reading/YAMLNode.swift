/// A node of a YAML file with its place, aliases replaced by what they stand for.
struct YAMLNode {
    /// What a node can be. Tags are not looked at: each key's reader knows what it wants.
    enum Content {
        /// A single value; `isPlain` says that it stands without quotes and is no block of text.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// The pairs as they stand, with keys that repeat.
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    let content: Content
    /// Where it begins.
    let place: SourcePlace
    /// How many nodes it is, with all that it holds.
    let nodes: Int

    /// Whether it is a mapping with this key.
    func hasKey(_ name: String) -> Bool {
        guard case .mapping(let members) = content else { return false }
        return members.contains { member in
            if case .scalar(name, _) = member.key.content { true } else { false }
        }
    }

    init(content: Content, place: SourcePlace) {
        self.content = content
        self.place = place
        nodes =
            switch content {
            case .scalar: 1
            case .sequence(let elements): elements.reduce(1) { $0 + $1.nodes }
            case .mapping(let members): members.reduce(1) { $0 + $1.key.nodes + $1.value.nodes }
            }
    }
}
