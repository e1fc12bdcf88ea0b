internal import HTTPWire

/// Listeners whose connections begin with a header of the PROXY protocol.
extension Worker {
    /// Has a connection wait for its balancer's header.
    ///
    /// - Parameter peer: who is connected; nil at a Unix socket, which those reach whom its folder lets in.
    func awaitHeader(on connection: DownstreamConnection, from peer: IPAddress?) {
        guard peer.map(site.trustedProxies.contains) ?? true else {
            refuseHeader(.untrusted, of: connection)
            return connection.end()
        }
        connection.awaitProxyHeader()
    }

    /// Serves a connection whose header has come.
    func identified(_ connection: DownstreamConnection) {
        let most = site.configuration.limits.maxConnectionsPerAddress
        if most > 0 {
            connection.countedAddress = connection.peer
            if countAddress(connection.peer) > most {
                counters.count(.connectionsPerAddress)
                return connection.turnAway(.tooManyConnections)
            }
        }
        connection.begin()
    }

    /// Counts and tells that a connection ends for want of a header that can be believed.
    func refuseHeader(_ reason: ProxyHeaderCounter, of connection: DownstreamConnection) {
        counters.count(reason)
        guard let left = headerWarnings.admit(now: now) else { return }
        let others = left > 0 ? ", and \(left) others before it" : ""
        warn("a connection of \(connection.peer) ended at its PROXY header: \(reason.text)\(others)")
    }
}
