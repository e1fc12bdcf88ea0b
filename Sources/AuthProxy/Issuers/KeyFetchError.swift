/// Why keys could not be fetched. It says what is wrong with the server or its answer, and holds nothing of the answer.
package enum KeyFetchError: Error, Equatable {
    /// The host's name is unknown, or no address of it takes a connection.
    case unreachable(String)
    /// TLS did not come about: no trusted certificate, another name.
    case untrusted(String)
    /// Not within the time for a fetch.
    case timedOut
    /// The connection ended before the answer did.
    case cutOff
    /// The answer breaks HTTP, or has a coding that nobody asked for.
    case malformed(String)
    /// Another status than 200.
    case status(Int)
    /// The answer has more bytes than keys need.
    case tooLarge
    /// The answer holds no keys that can be used.
    case keys(String)
    /// The discovery document is not that of the issuer, or leads to no keys.
    case discovery(String)
    /// The proxy ends.
    case stopped

    /// The end of a sentence.
    package var reason: String {
        switch self {
        case .unreachable(let reason), .untrusted(let reason): reason
        case .timedOut: "the server did not answer in time"
        case .cutOff: "the connection ended before the answer did"
        case .malformed(let reason): "the answer is malformed: \(reason)"
        case .status(let status) where (300...399).contains(status):
            "the server sends elsewhere (\(status)), and nobody follows: write the URL where the keys are"
        case .status(let status): "the server answers \(status)"
        case .tooLarge: "the answer has more than \(KeyAnswerReader.bodyLimit / 1024) KiB"
        case .keys(let reason): "the answer holds no keys for this: \(reason)"
        case .discovery(let reason): "the discovery document \(reason)"
        case .stopped: "the proxy ends"
        }
    }
}
