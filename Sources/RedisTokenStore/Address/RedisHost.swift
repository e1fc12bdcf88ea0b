/// A server of a Redis as a URL, a sentinel or a cluster names it.
struct RedisHost: Sendable, Hashable {
    /// A host's name or address, without brackets.
    var name: String
    var port: UInt16

    /// `HOST:PORT`, for the operator.
    var text: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
}
