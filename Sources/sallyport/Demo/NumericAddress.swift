internal import ArgumentParser
internal import EventIO

/// `HOST:PORT` or `[V6]:PORT` on the command line, the host as a number.
struct NumericAddress: ExpressibleByArgument, Sendable {
    /// The address.
    let address: SocketAddress

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = argument[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let address = SocketAddress(numericHost: String(host), port: port) else { return nil }
        self.address = address
    }
}
