internal import EventIO
internal import Tokens

extension SentinelGroup {
    var credentials: RedisCredentials { RedisCredentials(user: user, password: password) }

    /// Asks all sentinels where the master is; the one whose configuration is the newest (`config-epoch`) is believed.
    func poll(
        on loop: EventLoop, tls: RedisTLS?, timeoutMilliseconds: Int64,
        _ completion: @escaping (Result<RedisHost, TokenStoreError>) -> Void
    ) -> ServerPoll<RedisHost> {
        ServerPoll(
            of: hosts, as: credentials, tls: tls, on: loop, timeoutMilliseconds: timeoutMilliseconds,
            asking: [("?master", ["SENTINEL", "MASTER", service])],
            failure: TokenStoreError(.unreachable, "no sentinel knows a master named \(service)"),
            read: { replies, _ in
                guard let fields = replies["?master"]?.fields, let name = fields["ip"], !name.isEmpty,
                    let port = fields["port"].flatMap({ UInt16($0) }), port > 0
                else { return nil }
                return (fields["config-epoch"].flatMap { Int64($0) } ?? 0, RedisHost(name: name, port: port))
            },
            completion: completion)
    }
}
