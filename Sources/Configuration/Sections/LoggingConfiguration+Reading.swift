extension LoggingConfiguration {
    /// `level:` as it is written.
    private enum Level: String, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// Reads `logging:`.
    mutating func read(_ reader: MappingReader, _ context: ReadingContext) {
        var word = Level.info
        reader.word("level", into: &word)
        level = word.rawValue
        reader.word("format", into: &format)
        readDestination("access", reader, context, into: &access)
        readDestination("audit", reader, context, into: &audit)
        reader.finish()
    }

    private func readDestination(
        _ key: String, _ reader: MappingReader, _ context: ReadingContext, into destination: inout Destination
    ) {
        guard let (text, node) = reader.string(key) else { return }
        switch text {
        case "stdout": destination = .standardOutput
        case "stderr": destination = .standardError
        case "off": destination = .off
        default:
            // A word without a folder and an extension is a misspelled keyword more often than a file.
            if !text.contains("/"), !text.contains("."),
                let word = KeySuggestion.nearest(to: text, among: ["stdout", "stderr", "off"])
            {
                context.problems.report(node, "is “\(text)”; did you mean “\(word)”? Write ./\(text) for a file")
                return
            }
            guard context.isPath(text), !text.hasSuffix("/") else {
                context.problems.report(node, "is no file: write stdout, stderr, off or a path")
                return
            }
            destination = .file(context.resolved(text))
        }
    }
}
