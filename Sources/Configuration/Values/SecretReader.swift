/// Reads `{env: NAME}` and `{file: PATH}`. What was read never enters a message.
struct SecretReader {
    let context: ReadingContext
    /// What is read, for a sentence.
    var thing = "a secret"

    /// The secret's bytes; nil after a report.
    func read(_ node: ConfigurationNode) -> [UInt8]? {
        guard node.text == nil else {
            context.problems.report(
                node, "holds text: \(thing) does not stand in this file; write {env: NAME} or {file: PATH}")
            return nil
        }
        guard let reader = MappingReader(node, context) else { return nil }
        let name = reader.string("env")
        let path = reader.string("file")
        reader.finish()
        switch (name, path) {
        case (let name?, nil): return variable(name.text, node: name.node)
        case (nil, let path?): return file(path.text, node: path.node)
        case (_?, _?):
            context.problems.report(node, "names a variable and a file: keep one of the two")
        case (nil, nil):
            if !reader.has("env"), !reader.has("file") {
                context.problems.report(node, "names no source: write {env: NAME} or {file: PATH}")
            }
        }
        return nil
    }

    /// The value of a variable, reported at `node` when there is none.
    func variable(_ name: String, node: ConfigurationNode) -> [UInt8]? {
        guard let value = context.environment[name] else {
            context.problems.report(
                node, "needs the environment variable \(name), which is not set: set it, or write {file: PATH}")
            return nil
        }
        guard !value.isEmpty else {
            context.problems.report(node, "needs the environment variable \(name), which is empty: set it to \(thing)")
            return nil
        }
        return Array(value.utf8)
    }

    /// The content of a file, without the line end that editors put behind it.
    func file(_ path: String, node: ConfigurationNode) -> [UInt8]? {
        guard context.isPath(path) else {
            context.problems.report(node, "is no path of a file")
            return nil
        }
        let resolved = context.resolved(path)
        switch context.files.read(resolved) {
        case .failure(let error):
            context.problems.report(node, "names \(resolved), which cannot be read: \(error)")
            return nil
        case .success(let content):
            var bytes = content.bytes
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            guard !bytes.isEmpty else {
                context.problems.report(node, "names \(resolved), which is empty: write \(thing) into it")
                return nil
            }
            if content.permissions & 0o004 != 0 {
                context.problems.warn(
                    node, "names \(resolved), which every user of this machine may read: chmod 0600 it")
            }
            return bytes
        }
    }
}
