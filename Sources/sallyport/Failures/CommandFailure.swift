internal import Tokens

/// Why a command ends otherwise than done.
enum CommandFailure: Error {
    /// The answer is no; the sentence is nil where the output has told already.
    case no(String?)
    /// The words of the command do not fit.
    case usage(String)
    /// Nothing could be asked.
    case storeUnreachable(String)
    /// Nobody can say whether a token is good, because the keys of its issuer cannot be fetched; that was told already.
    case issuerUnavailable

    /// The failure that an error of the token library means for a command.
    init(_ error: TokenError) {
        switch error {
        case .store(let failure): self = .storeUnreachable("\(failure)")
        case .issuerUnavailable: self = .issuerUnavailable
        default: self = .no("\(error.code): \(error.message)")
        }
    }

    /// The exit code.
    var code: Int32 {
        switch self {
        case .no: 1
        case .usage: 2
        case .storeUnreachable, .issuerUnavailable: 3
        }
    }

    /// The sentence for the standard error.
    var message: String? {
        switch self {
        case .no(let message): message
        case .usage(let message), .storeUnreachable(let message): message
        case .issuerUnavailable: nil
        }
    }
}
