internal import Tokens

/// Why a command ends otherwise than done.
enum CommandFailure: Error {
    /// The answer is no; the sentence is nil where the output has told already.
    case no(String?)
    /// The words of the command do not fit.
    case usage(String)
    /// Nothing could be asked.
    case storeUnreachable(String)

    /// The failure that an error of the token library means for a command.
    init(_ error: TokenError) {
        if case .store(let failure) = error {
            self = .storeUnreachable("\(failure)")
        } else {
            self = .no("\(error.code): \(error.message)")
        }
    }

    /// The exit code.
    var code: Int32 {
        switch self {
        case .no: 1
        case .usage: 2
        case .storeUnreachable: 3
        }
    }

    /// The sentence for the standard error.
    var message: String? {
        switch self {
        case .no(let message): message
        case .usage(let message), .storeUnreachable(let message): message
        }
    }
}
