internal import HTTPWire

/// Which paths a route may match: requests are compared in canonical form, so another spelling would never match.
enum RoutePathRules {
    /// What is wrong with a path; nil if nothing is.
    static func problem(with path: String, isPrefix: Bool) -> String? {
        guard path.hasPrefix("/") else { return "“\(path)” does not begin with “/”: write /\(path)" }
        guard !path.contains("?"), !path.contains("#") else {
            return "“\(path)” holds a query or a fragment: routes are chosen by the path alone"
        }
        guard !path.contains("*") else {
            return "“\(path)” holds “*”, which stands for itself here: write path_prefix for everything below a path"
        }
        guard !path.contains(";") else {
            return "“\(path)” holds “;”: routes are chosen by the path without its parameters"
        }
        if isPrefix, path.count > 1, path.hasSuffix("/") {
            return "“\(path)” ends in “/”: write \(path.dropLast()), which matches it and everything below"
        }
        guard let canonical = canonical(path) else {
            return "“\(path)” is a path that no request may have: see the rules on escapes and separators"
        }
        guard canonical == path else { return "“\(path)” is not how requests are compared: write \(canonical)" }
        guard path != "/.sallyport", !path.hasPrefix("/.sallyport/") else {
            return "“\(path)” lies under /.sallyport/, which Sallyport answers itself: choose another path"
        }
        return nil
    }

    /// A match in the form that it has where requests are compared with it: `/a%3Ab` and `/a:b` are one.
    static func compared(_ match: RouteConfiguration.PathMatch) -> RouteConfiguration.PathMatch {
        switch match {
        case .exact(let path): .exact(compared(path))
        case .prefix(let path): .prefix(compared(path))
        }
    }

    private static func compared(_ path: String) -> String {
        withBytes(of: path) { bytes in
            let output = OutputBuffer()
            CanonicalTarget.appendMatchingPath(of: bytes, to: output)
            return output.string
        }
    }

    private static func canonical(_ path: String) -> String? {
        withBytes(of: path) { bytes in
            let output = OutputBuffer()
            do throws(HTTPParseError) {
                _ = try CanonicalTarget.canonicalise(bytes, into: output)
            } catch {
                return nil
            }
            return output.string
        }
    }

    /// What is wrong with a place to send a browser to; nil if it stays on this host.
    ///
    /// Browsers take `//host` and `/\host` for another host, and leave out tabs and line ends wherever they stand
    /// (WHATWG URL, "basic URL parser").
    static func problem(withLocalURL text: String) -> String? {
        guard text.hasPrefix("/"), !text.hasPrefix("//") else {
            return "“\(text)” is no path of this host: write a path that begins with one “/”, such as /login"
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !text.contains("\\"), !text.contains("\""),
            !text.contains("<"), !text.contains(">")
        else {
            return "“\(text)” holds characters that a URL has to escape: write them as %XX"
        }
        guard !text.contains("#") else { return "“\(text)” holds a fragment: write it without “#”" }
        guard text.utf8.count <= 2048 else { return "is longer than 2048 characters: write a shorter one" }
        return nil
    }
}
