/// The parts of a store URL.
extension RedisURL {
    /// Takes `USER[:PASSWORD]@` off the front.
    static func credentials(_ rest: inout Substring) throws(RedisURLError) -> RedisCredentials {
        // The last one counts: an @ in a password is often left as it is.
        guard let at = rest.lastIndex(of: "@") else { return RedisCredentials() }
        let information = rest[..<at]
        rest = rest[rest.index(after: at)...]
        let parts = information.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = PercentEncoding.decoded(parts[0].utf8) else {
            throw RedisURLError("the store URL's user is not percent-encoded UTF-8")
        }
        guard parts.count == 2 else { return RedisCredentials(user: user.isEmpty ? nil : user) }
        guard let password = PercentEncoding.decoded(parts[1].utf8) else {
            throw RedisURLError("the store URL's password is not percent-encoded UTF-8: write % as %25")
        }
        return RedisCredentials(user: user.isEmpty ? nil : user, password: password)
    }

    /// One server: `HOST[:PORT]`, an IPv6 address in brackets.
    static func host(_ text: Substring, defaultPort: UInt16) throws(RedisURLError) -> RedisHost {
        var host = text
        var port: Substring = ""
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw RedisURLError("the store URL's IPv6 address has no closing bracket")
            }
            host = text[..<end].dropFirst()
            port = text[end...].dropFirst()
            guard port.isEmpty || port.first == ":" else {
                throw RedisURLError("in the store URL only a port may follow the IPv6 address")
            }
            port = port.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            (host, port) = (text[..<colon], text[colon...].dropFirst())
        }
        guard let name = PercentEncoding.decoded(host.utf8), !name.isEmpty, !name.utf8.contains(0) else {
            throw RedisURLError("the store URL names no host: \(examples)")
        }
        guard !port.isEmpty else { return RedisHost(name: name, port: defaultPort) }
        guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(port), number > 0 else {
            throw RedisURLError("the store URL's port is not a number from 1 to 65535")
        }
        return RedisHost(name: name, port: number)
    }

    /// Several servers, separated by commas.
    static func hosts(_ text: Substring, defaultPort: UInt16) throws(RedisURLError) -> [RedisHost] {
        var hosts: [RedisHost] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            hosts.append(try host(part, defaultPort: defaultPort))
        }
        return hosts
    }

    /// The path of a Unix socket.
    static func socket(_ text: Substring) throws(RedisURLError) -> Endpoint {
        guard let path = PercentEncoding.decoded(text.utf8), !path.isEmpty, !path.utf8.contains(0) else {
            throw RedisURLError("the store URL names no socket: write unix:///PATH")
        }
        return .unix(path: path)
    }

    /// The name of a master.
    static func service(_ text: Substring) throws(RedisURLError) -> String {
        guard let name = PercentEncoding.decoded(text.utf8), !name.isEmpty else {
            throw RedisURLError("the store URL names no service: write redis+sentinel://HOST:PORT/SERVICE")
        }
        return name
    }

    static func database(_ text: Substring) throws(RedisURLError) -> Int {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text), number <= 1_000_000 else {
            throw RedisURLError("the store URL's database is not a number: write /0 behind the host or the service")
        }
        return number
    }

    /// The parameters behind the question mark.
    static func parameters(_ query: Substring?) throws(RedisURLError) -> [String: String] {
        var parameters: [String: String] = [:]
        guard let query else { return parameters }
        for part in query.split(separator: "&", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let value = PercentEncoding.decoded(pair[1].utf8), !value.isEmpty,
                parameters.updateValue(value, forKey: String(pair[0])) == nil
            else { throw RedisURLError("the store URL's parameters are not NAME=VALUE: write ?db=0") }
        }
        return parameters
    }
}
