/// Which certificate is for which name: exact ones, and wildcards for one label (RFC 9525 §6.3).
struct TLSServerNames {
    private var exact: [String: Int] = [:]
    private var wildcards: [String: Int] = [:]

    /// Adds a name of a certificate; the first certificate with a name keeps it.
    mutating func add(_ name: String, _ index: Int) {
        let name = name.lowercased()
        if name.hasPrefix("*.") {
            let parent = String(name.dropFirst(2))
            if wildcards[parent] == nil { wildcards[parent] = index }
        } else if exact[name] == nil {
            exact[name] = index
        }
    }

    /// The certificate for a name, exact ones first. A dot at its end says that it is whole, and is no part of it.
    func index(of name: String) -> Int? {
        var name = name.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if let index = exact[name] { return index }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        return wildcards[String(name[name.index(after: dot)...])]
    }
}
