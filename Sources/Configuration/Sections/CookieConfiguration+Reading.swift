extension CookieConfiguration {
    /// `same_site:` as it is written.
    private enum SameSiteWord: String, CaseIterable {
        case strict, lax, none

        var value: SameSite {
            switch self {
            case .strict: .strict
            case .lax: .lax
            case .none: .none
            }
        }
    }

    /// Reads `cookies:`.
    mutating func read(_ reader: MappingReader) {
        reader.boolean("secure", into: &isSecure)
        var word = SameSiteWord.lax
        reader.word("same_site", into: &word)
        sameSite = word.value
        if sameSite == .none, !isSecure, let node = reader.value("same_site") {
            reader.problems.report(
                node, "is none, which browsers take only from secure cookies: write secure: true, or lax")
        }
        readName("access", reader, into: &access)
        readName("refresh", reader, into: &refresh)
        if access == refresh, let node = reader.value(reader.has("refresh") ? "refresh" : "access") {
            reader.problems.report(node, "is “\(access)”, the name of the other cookie: choose two names")
        }
        if !reader.has("access"), !reader.has("refresh"), !isSecure, let node = reader.value("secure") {
            reader.problems.report(
                node,
                "is false, and the cookies' names begin with __Host-, which browsers take only from secure ones: write true, or choose names under access and refresh"
            )
        }
        reader.finish()
    }

    private func readName(_ key: String, _ reader: MappingReader, into name: inout String) {
        guard let (text, node) = reader.string(key) else {
            let other = key == "access" ? "refresh" : "access"
            if !isSecure, reader.has(other), !reader.has(key) {
                reader.reportMissing(
                    key, "keeps its default name, which begins with __Host- and needs secure: true: choose another one")
            }
            return
        }
        guard FieldNameRules.isToken(text), text.utf8.count <= 128 else {
            reader.problems.report(node, "“\(text)” is no cookie name: write letters, digits, “-” and “_”")
            return
        }
        name = text
        // Browsers compare the prefixes without case (RFC 6265bis §5.4).
        let lower = text.lowercased()
        for prefix in ["__host-", "__secure-"] where lower.hasPrefix(prefix) {
            guard text.hasPrefix(prefix == "__host-" ? "__Host-" : "__Secure-") else {
                reader.problems.report(
                    node, "“\(text)” is close to a prefix that browsers know: write __Host- or __Secure-")
                return
            }
            if !isSecure {
                reader.problems.report(
                    node,
                    "“\(text)” begins with a prefix that browsers take only from secure cookies: write secure: true, or choose another name"
                )
            }
        }
    }
}
