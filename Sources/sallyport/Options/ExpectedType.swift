internal import ArgumentParser
internal import Tokens

/// `--type` of a verification.
enum ExpectedType: String, ExpressibleByArgument, CaseIterable {
    case access, refresh, websocket, any

    /// The types that a token of ours may have.
    var types: Set<TokenType> {
        switch self {
        case .access: [.access]
        case .refresh: [.refresh]
        case .websocket: [.websocket]
        case .any: Set(TokenType.allCases)
        }
    }
}
