internal import EventIO

/// Reads keys that name PEM files, and judges what is in them.
struct TLSFileReader {
    let context: ReadingContext

    /// A file of certificates that others' certificates may lead to.
    func authorities(_ key: String, _ reader: MappingReader) -> TLSFile? {
        guard let (file, bytes, _, node) = file(key, reader) else { return nil }
        if let problem = TLSFileJudge.problem(authorities: bytes, file: file.path) {
            context.problems.report(node, "cannot be used: \(problem.reason)")
            return nil
        }
        return file
    }

    /// A certificate with its chain, and its key: the two keys `certificate` and `key`, which need each other.
    func certificate(_ reader: MappingReader) -> TLSClientConfiguration.Certificate? {
        let chain = file("certificate", reader)
        let key = file("key", reader)
        for (name, other) in [("certificate", "key"), ("key", "certificate")]
        where reader.has(name) && !reader.has(other) {
            context.problems.report(reader.node.place, reader.path(other), "is missing beside \(name): name its file")
        }
        guard let chain, let key else { return nil }
        let files = TLSCertificateFiles(certificate: chain.file.path, key: key.file.path)
        if let problem = TLSFileJudge.problem(certificate: chain.bytes, key: key.bytes, files: files) {
            context.problems.report(chain.node, "cannot be used: \(problem.reason)")
            return nil
        }
        if let doubt = TLSFileJudge.doubt(about: chain.bytes, file: chain.file.path) {
            context.problems.warn(
                chain.node, "names \(chain.file.path), whose certificate \(doubt): nobody will accept it")
        }
        if key.permissions & 0o004 != 0 {
            context.problems.warn(
                key.node, "names \(key.file.path), which every user of this machine may read: chmod 0600 it")
        }
        return TLSClientConfiguration.Certificate(chain: chain.file, key: key.file)
    }

    /// A host's name or a numeric address, as certificates have them.
    func serverName(_ reader: MappingReader) -> String? {
        guard let (text, node) = reader.string("server_name") else { return nil }
        guard AddressText.isHost(text) else {
            context.problems.report(
                node, "“\(text)” is no host name and no address: write the name that the server's certificate is for")
            return nil
        }
        return text.lowercased()
    }

    private func file(_ key: String, _ reader: MappingReader) -> (
        file: TLSFile, bytes: [UInt8], permissions: UInt32, node: ConfigurationNode
    )? {
        guard let (path, node) = reader.string(key) else { return nil }
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
            return (TLSFile(path: resolved, contents: content.bytes), content.bytes, content.permissions, node)
        }
    }
}
