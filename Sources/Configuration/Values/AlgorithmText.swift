internal import Tokens

/// Signature algorithms as they are written in the file and in `JWT_ALGORITHM`.
enum AlgorithmText {
    /// The names, in the order of the standard.
    static let names = SignatureAlgorithm.allCases.map(\.rawValue)

    /// The algorithm of a text; nil after a report.
    static func read(_ text: String, node: ConfigurationNode, _ context: ReadingContext) -> SignatureAlgorithm? {
        if let algorithm = SignatureAlgorithm(rawValue: text) { return algorithm }
        let hint = KeySuggestion.hint(for: text, among: names)
        context.problems.report(node, "is “\(text)”: write one of \(names.joined(separator: ", "))\(hint)")
        return nil
    }

    /// `JWT_ALGORITHM`, which wins over the file; nil if it is not set.
    static func environment(_ node: ConfigurationNode, _ context: ReadingContext) -> SignatureAlgorithm? {
        guard let text = context.environment["JWT_ALGORITHM"], !text.isEmpty else { return nil }
        if let algorithm = SignatureAlgorithm(rawValue: text) { return algorithm }
        context.problems.report(
            node.place, "tokens.algorithm",
            "is “\(text)” by the environment variable JWT_ALGORITHM: set it to one of \(names.joined(separator: ", "))")
        return nil
    }
}
