internal import Tokens

/// What the error replies of Redis mean for a caller.
extension TokenStoreError {
    /// The failure behind an error reply. Its reason never repeats the reply, which may quote our arguments.
    init(redis message: String) {
        let code = message.prefix { $0 != " " }
        switch code {
        case "READONLY": self.init(.readOnly, "this Redis is a read-only replica")
        case "OOM": self.init(.readOnly, "Redis is out of memory (maxmemory) and takes no writes")
        case "MISCONF": self.init(.readOnly, "Redis cannot persist to its disk and takes no writes (MISCONF)")
        case "NOREPLICAS": self.init(.readOnly, "Redis has too few replicas and takes no writes (NOREPLICAS)")
        case "NOAUTH": self.init(.notPermitted, "Redis demands a password")
        case "WRONGPASS": self.init(.notPermitted, "Redis refuses the user or the password")
        case "NOPERM": self.init(.notPermitted, "the Redis user lacks a right that the store needs (NOPERM)")
        case "LOADING": self.init(.unreachable, "Redis is still loading its data")
        case "MASTERDOWN": self.init(.unreachable, "this Redis is a replica that has lost its master")
        case "BUSY": self.init(.unreachable, "Redis is busy with a script")
        case "CLUSTERDOWN", "TRYAGAIN": self.init(.unreachable, "the Redis Cluster cannot answer at present (\(code))")
        case "MOVED", "ASK": self.init(.unreachable, "this Redis is a node of a cluster")
        case "WRONGTYPE": self.init(.corrupt, "a key of the store holds another type of value: is the prefix shared?")
        case "NOSCRIPT": self.init(.unreachable, "Redis has forgotten a script")
        default: self.init(phrase: message, code: code)
        }
    }

    /// Errors of the general kind, told apart by their words; both spellings of older and newer servers.
    private init(phrase message: String, code: Substring) {
        if message.contains("max number of clients") {
            self.init(.unreachable, "Redis has no room for further clients (maxclients)")
        } else if message.contains("executing the script can't") || message.contains("can't access at least one") {
            self.init(.notPermitted, "the Redis user lacks a right that a script of the store needs")
        } else if message.contains("without any password configured") {
            self.init(.notPermitted, "the store URL has a password, but this Redis has none")
        } else if message.contains("DB index is out of range") || message.contains("invalid DB index") {
            self.init(.notPermitted, "Redis has no database of this number")
        } else {
            // Codes are words in capitals; anything else is not repeated.
            let isCode = code.utf8.count <= 20 && code.utf8.allSatisfy { (65...90).contains($0) }
            self.init(.corrupt, "Redis answers with an error\(isCode ? " (\(code))" : "")")
        }
    }
}
