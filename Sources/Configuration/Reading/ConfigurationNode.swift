/// A node of the file with the key path that leads to it.
struct ConfigurationNode {
    /// The node of the file.
    let node: YAMLNode
    /// The key path from the root, such as `routes[0].match`.
    let keyPath: String
    /// Where it stands.
    let place: SourcePlace

    /// - Parameter key: the key in front of it, whose place stands for a value that is missing or is a block.
    init(_ node: YAMLNode, keyPath: String, key: SourcePlace? = nil) {
        self.node = node
        self.keyPath = keyPath
        // The block below a key begins on a line of its own; its reader looks for the key.
        if case .scalar(let text, let isPlain) = node.content, !text.isEmpty || !isPlain {
            place = node.place
        } else {
            place = key ?? node.place
        }
    }

    /// The text of a scalar, whatever its style; nil for a list, a mapping, and an absent value.
    var text: String? {
        guard case .scalar(let text, _) = node.content, !isAbsent else { return nil }
        return text
    }

    /// The text of a scalar without quotes: what can be a number or a truth value.
    var plainText: String? {
        guard case .scalar(let text, isPlain: true) = node.content, !isAbsent else { return nil }
        return text
    }

    /// Whether nothing stands behind the key, or one of YAML's words for it.
    var isAbsent: Bool {
        guard case .scalar(let text, isPlain: true) = node.content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What it is, for a sentence.
    var kind: String {
        switch node.content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar: isAbsent ? "empty" : "a single value"
        }
    }

    /// The elements of a list; nil for anything else.
    var elements: [ConfigurationNode]? {
        guard case .sequence(let sequence) = node.content else { return nil }
        return sequence.enumerated().map { index, element in
            ConfigurationNode(element, keyPath: "\(keyPath)[\(index)]")
        }
    }
}
