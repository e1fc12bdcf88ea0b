internal import EventIO
internal import Tokens

/// How a connection comes about: where the server is, who we are, and when commands may go.
extension RedisLink {
    func attempt() {
        state = .connecting
        isSignedIn = false
        isWatchSettled = !settings.watches
        timer.fire(afterMilliseconds: settings.attemptMilliseconds)
        switch endpoint {
        case .unix(let path): connect([SocketAddress(.unix(path: path))], of: path)
        case .tcp(let host): lookUp(host)
        case .sentinel(let group):
            poll = group.poll(on: loop, tls: settings.tls, timeoutMilliseconds: settings.attemptMilliseconds) {
                [unowned self] result in
                poll = nil
                switch result {
                case .failure(let error): attemptFailed(error)
                case .success(let host):
                    master = host
                    lookUp(host)
                }
            }
        case .cluster: attemptFailed(TokenStoreError(.unreachable, "a cluster is reached through its nodes"))
        }
    }

    private func lookUp(_ host: RedisHost) {
        // One question at a time: a resolver that hangs is not asked with each attempt.
        guard !isLookingUp else { return }
        isLookingUp = true
        let link = LoopBound(self, to: loop)
        HostLookup.start(host: host.name, port: host.port, on: loop) { link.value.take($0, for: host) }
    }

    private func take(_ lookup: Result<[SocketAddress], IOError>, for host: RedisHost) {
        isLookingUp = false
        guard state == .connecting, data == nil else { return }
        if let master, master != host {
            // It took so long that the sentinels named another one meanwhile.
            return lookUp(master)
        }
        switch lookup {
        case .failure(let error): attemptFailed(TokenStoreError(.unreachable, "\(error)"))
        case .success(let addresses): connect(addresses, of: host.name)
        }
    }

    /// Connects to a server of this name, at the first of its addresses.
    func connect(_ addresses: [SocketAddress], of name: String) {
        furtherAddresses = Array(addresses.dropFirst())
        guard let address = addresses.first,
            let connection = RedisConnection(
                on: loop, timeoutMilliseconds: settings.commandMilliseconds, tls: settings.tls)
        else { return attemptFailed(TokenStoreError(.unreachable, "the store URL's host name has no address")) }
        self.address = address
        serverName = name
        data = connection
        connection.onConnect = { [unowned self, unowned connection] in signIn(on: connection) }
        connection.onReply = { [unowned self] in take($0, for: $1) }
        connection.onEnd = { [unowned self] in ended($0, $1) }
        connection.start(to: address, as: name)
    }

    private func signIn(on connection: RedisConnection) {
        // A node that has none of our keys announces nothing.
        if settings.watches, probe() == nil { isWatchSettled = true }
        if !isWatchSettled, let address { watch.start(to: address, as: serverName) }
        var commands: [(name: String, words: [String])] = RedisScript.all.map {
            ("?" + $0.name, ["SCRIPT", "LOAD", $0.text])
        }
        commands.append(("ping", ["PING"]))
        // Sentinels may be behind the times: what they name must be a master, for a replica knows no verdict.
        if sentinels != nil { commands.append(("role", ["ROLE"])) }
        _ = RedisSignIn(
            as: settings.url.credentials, database: settings.url.database, name: "sallyport", on: connection,
            then: commands
        ) { [unowned self] result in
            switch result {
            case .failure(let error): connection.end(error)
            case .success(let replies):
                if let role = replies["role"], role.elements?.first != .string("master") {
                    return connection.end(
                        TokenStoreError(.unreachable, "the server that the sentinels name is not a master"))
                }
                digests = [:]
                for script in RedisScript.all { digests[script.name] = replies["?" + script.name]?.text }
                isSignedIn = true
                if let client = watch.subscribedClient { track(redirectingTo: client) }
                openIfReady()
            }
        }
    }

    /// Lets the commands through once nothing is left to wait for: also without announcements, if there can be none.
    func openIfReady() {
        guard state == .connecting, isSignedIn, isWatchSettled || watch.isActive else { return }
        state = .open
        timer.cancel()
        openedAt = MonotonicTime.coarseMilliseconds
        hasServed = false
        if isTripped { settings.log("Redis answers again") }
        if !watch.isActive { complainOfWatch() }
        isTripped = false
        let waiting = held
        held = []
        for request in waiting { send(request) }
    }

    func timeIsUp() {
        switch state {
        case .down: attempt()
        case .connecting where isSignedIn:
            isWatchSettled = true
            openIfReady()
        case .connecting:
            let time = "within \(settings.attemptMilliseconds) ms"
            let error = TokenStoreError(
                .timedOut,
                data?.handshakePlace.map { "TLS with \($0): no handshake \(time); does it speak TLS there?" }
                    ?? "Redis could not be connected to \(time)")
            poll?.cancel()
            poll = nil
            if let data {
                furtherAddresses = []
                data.end(error)
            } else {
                attemptFailed(error)
            }
        case .open, .closed: break
        }
    }

    /// The sentinels have made another server the master: this one may not have heard of it.
    func masterMoved(to host: RedisHost) {
        guard state == .open, host != master else { return }
        settings.log("the sentinels name another master")
        data?.end(TokenStoreError(.unreachable, "the sentinels have named another master"))
    }
}
