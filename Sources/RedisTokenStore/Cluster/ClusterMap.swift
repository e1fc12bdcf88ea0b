/// Which master has which slots of a Redis Cluster, as one of its nodes sees it.
struct ClusterMap: Sendable, Equatable {
    /// The masters.
    private(set) var masters: [RedisHost] = []
    /// Masters and replicas: whom to ask for the next map.
    private(set) var nodes: [RedisHost] = []
    /// For each slot the index of its master.
    private var owners = [UInt16](repeating: .max, count: HashSlot.count)

    /// Reads an answer to `CLUSTER SLOTS`; nil if it is not one. A node that does not know its own name is the one that
    /// was asked.
    init?(_ reply: RedisReply, from asked: RedisHost) {
        guard let ranges = reply.elements, ranges.count <= HashSlot.count else { return nil }
        for range in ranges {
            guard let parts = range.elements, parts.count >= 3, let first = parts[0].number, let last = parts[1].number,
                0 <= first, first <= last, last < HashSlot.count,
                let master = Self.host(parts[2], from: asked)
            else { return nil }
            let index = masters.firstIndex(of: master) ?? masters.count
            if index == masters.count { masters.append(master) }
            for slot in Int(first)...Int(last) {
                // A slot has one master; this also bounds the work and the number of masters.
                guard owners[slot] == .max else { return nil }
                owners[slot] = UInt16(index)
            }
            for part in parts[2...] {
                if let node = Self.host(part, from: asked), !nodes.contains(node) { nodes.append(node) }
            }
        }
    }

    /// The master that has a slot; nil if nobody has it.
    func master(of slot: Int) -> RedisHost? {
        let owner = Int(owners[slot])
        return owner < masters.count ? masters[owner] : nil
    }

    /// A node of an answer: address, port, and what is of no use here.
    private static func host(_ reply: RedisReply, from asked: RedisHost) -> RedisHost? {
        guard let parts = reply.elements, parts.count >= 2, let number = parts[1].number,
            let port = UInt16(exactly: number), port > 0
        else { return nil }
        let name = parts[0].text ?? ""
        return RedisHost(name: name.isEmpty || name == "?" ? asked.name : name, port: port)
    }
}
