internal import ArgumentParser
internal import HTTPWire
internal import Tokens

/// `--client-address` and `--user-agent`: the client that a token is bound to.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The address of the client that uses the token.", discussion: "Without it, 127.0.0.1.",
            valueName: "address"))
    var clientAddress: String?

    @Option(
        help: ArgumentHelp(
            "The User-Agent of the client that uses the token.",
            discussion: "Without it, the client is one that sends none.", valueName: "text"))
    var userAgent: String?

    func validate() throws {
        guard let clientAddress else { return }
        guard IPAddress(clientAddress) != nil else {
            throw ValidationError("“\(clientAddress)” is no numeric IPv4 or IPv6 address.")
        }
    }

    /// Whether anything is said of the client.
    var isGiven: Bool { clientAddress != nil || userAgent != nil }

    /// The client.
    var identity: ClientIdentity {
        ClientIdentity(address: clientAddress ?? "127.0.0.1", userAgent: userAgent)
    }
}
