/// The TLS handshakes of one loop that are under way, the oldest first. It belongs to its loop.
final class HandshakeQueue {
    private var connections: [DownstreamConnection?] = []
    /// The number of the first place in the list.
    private var firstNumber = 0
    /// Where the oldest one may lie; all before are gone.
    private var start = 0
    /// How many there are.
    private(set) var count = 0

    /// Adds a connection, and gives the number with which it is removed.
    func add(_ connection: DownstreamConnection) -> Int {
        connections.append(connection)
        count += 1
        return firstNumber + connections.count - 1
    }

    /// Removes a connection.
    func remove(_ number: Int) {
        let index = number - firstNumber
        guard connections.indices.contains(index), connections[index] != nil else { return }
        connections[index] = nil
        count -= 1
        while start < connections.count, connections[start] == nil { start += 1 }
        guard start > 64, start > connections.count / 2 else { return }
        connections.removeFirst(start)
        firstNumber += start
        start = 0
    }

    /// The oldest one.
    var oldest: DownstreamConnection? { start < connections.count ? connections[start] : nil }
}
