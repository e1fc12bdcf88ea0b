internal import Yams

/// A node of the file with the key path that leads to it.
struct ConfigurationNode {
    /// The node as the YAML library composed it.
    let node: Node
    /// The key path from the root, such as `routes[0].match`.
    let keyPath: String
    /// Where it stands.
    let place: SourcePlace

    /// - Parameter key: the key in front of it, whose place stands for a value that is missing or is a block.
    init(_ node: Node, keyPath: String, key: SourcePlace? = nil) {
        self.node = node
        self.keyPath = keyPath
        // The block below a key begins on a line of its own; its reader looks for the key.
        if case .scalar(let scalar) = node, !scalar.string.isEmpty || scalar.style != .plain {
            place = SourcePlace(scalar.mark)
        } else {
            place = key ?? SourcePlace(node.mark)
        }
    }

    /// The text of a scalar, whatever its style; nil for a list, a mapping, and an absent value.
    var text: String? {
        guard case .scalar(let scalar) = node, !isAbsent else { return nil }
        return scalar.string
    }

    /// The text of a scalar without quotes: what can be a number or a truth value.
    var plainText: String? {
        guard case .scalar(let scalar) = node, scalar.style == .plain, !isAbsent else { return nil }
        return scalar.string
    }

    /// Whether nothing stands behind the key, or one of YAML's words for it.
    var isAbsent: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What it is, for a sentence.
    var kind: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar: isAbsent ? "empty" : "a single value"
        case .alias: "an alias"
        }
    }

    /// The elements of a list; nil for anything else.
    var elements: [ConfigurationNode]? {
        guard case .sequence(let sequence) = node else { return nil }
        return sequence.enumerated().map { index, element in
            ConfigurationNode(element, keyPath: "\(keyPath)[\(index)]")
        }
    }
}
