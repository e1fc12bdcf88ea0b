internal import ArgumentParser
internal import Tokens

/// The algorithms whose key is a secret, as words of a command.
enum SecretAlgorithm: String, ExpressibleByArgument, CaseIterable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"

    /// The same one of the library.
    var signature: SignatureAlgorithm {
        switch self {
        case .hs256: .hs256
        case .hs384: .hs384
        case .hs512: .hs512
        }
    }
}
