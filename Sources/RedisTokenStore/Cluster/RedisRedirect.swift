/// An error reply of a cluster's node that says where, or when, to ask instead.
enum RedisRedirect: Equatable {
    /// The slot has another master for good.
    case moved(RedisHost)
    /// The slot is on its way to another master, which has this key already; it must be told that we know.
    case ask(RedisHost)
    /// The keys of one session are on both sides for a moment.
    case tryAgain
    /// Nobody has the slot at present.
    case down

    /// Reads an error reply; nil for one of another kind.
    ///
    /// - Parameter asked: the node that answered; it is the one that is meant where no name is given.
    init?(_ message: String, from asked: RedisHost) {
        let words = message.split(separator: " ")
        switch words.first {
        case "MOVED":
            guard let host = Self.host(words, asked) else { return nil }
            self = .moved(host)
        case "ASK":
            guard let host = Self.host(words, asked) else { return nil }
            self = .ask(host)
        case "TRYAGAIN": self = .tryAgain
        case "CLUSTERDOWN": self = .down
        default:
            // What a script is told that reaches for a key which has left already.
            guard message.contains("attempted to access a non local key") else { return nil }
            self = .tryAgain
        }
    }

    /// The `HOST:PORT` behind the slot's number; an IPv6 address stands without brackets.
    private static func host(_ words: [Substring], _ asked: RedisHost) -> RedisHost? {
        guard words.count >= 3, let colon = words[2].lastIndex(of: ":"),
            let port = UInt16(words[2][words[2].index(after: colon)...]), port > 0
        else { return nil }
        let name = words[2][..<colon]
        return RedisHost(name: name.isEmpty || name == "?" ? asked.name : String(name), port: port)
    }
}
