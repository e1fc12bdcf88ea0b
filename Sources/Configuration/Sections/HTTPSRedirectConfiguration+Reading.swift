extension HTTPSRedirectConfiguration {
    /// Reads a listener's `redirect_to_https:`.
    ///
    /// - Parameter hasCertificates: whether a listener of the file speaks TLS, so that its certificates say which hosts are
    ///   ours.
    static func read(_ listener: MappingReader, hasCertificates: Bool, _ context: ReadingContext) -> Self? {
        guard let reader = listener.section("redirect_to_https", context) else { return nil }
        if listener.has("tls") {
            context.problems.report(
                reader.node, "stands beside tls: who comes here speaks HTTPS; remove one of the two")
        }
        var value = Self()
        reader.integer("port", in: 1...UInt16.max, into: &value.port)
        if let status = reader.integer("status", in: 301...308) {
            value.status = status
            if ![301, 302, 307, 308].contains(status), let node = reader.value("status") {
                context.problems.report(node, "is \(status), which is no redirect: write 301, 302, 307 or 308")
            }
        }
        value.hosts = hosts(reader, context)
        if !reader.has("hosts"), !hasCertificates {
            reader.reportMissing(
                "hosts", "is missing, and no listener has a certificate that would say which hosts are ours: list them")
        }
        reader.finish()
        return value
    }

    private static func hosts(_ reader: MappingReader, _ context: ReadingContext) -> [String]? {
        guard let list = reader.list("hosts") else { return nil }
        if list.isEmpty, let node = reader.value("hosts") {
            context.problems.report(node, "is empty: write at least one host, or remove the key")
        }
        return list.compactMap { element in
            let text = element.text ?? ""
            let name = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
            guard !text.isEmpty, AddressText.isHost(name), text == name || name.contains(".") else {
                context.problems.report(
                    element,
                    "is \(MappingReader.quote(element)), and must be a host such as shop.example.com or *.example.com")
                return nil
            }
            return text.lowercased()
        }
    }
}
