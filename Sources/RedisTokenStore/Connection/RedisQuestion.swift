internal import Tokens

/// What Redis can be asked, before it is encoded for a connection.
enum RedisQuestion: Sendable {
    /// Whether a token is on the list: a plain `GET` of its key, so that the key is tracked.
    case verdict(TokenReference)
    /// The entry of the deny-list under a name: a plain `GET` as well.
    case denial(String)
    /// A command and its arguments; asking twice does no harm.
    case command([String])
    /// A script on one key. `mayRepeat`: it may be asked again when the connection broke before its answer came. The
    /// effect of all of ours is the same then, but some tell whether they were the first.
    case script(RedisScript, key: String, arguments: [String], mayRepeat: Bool)

    /// The key that decides which node of a cluster is asked. A command's first argument is its key.
    func key(_ keys: RedisKeys) -> String? {
        switch self {
        case .verdict(let token): keys.token(token)
        case .denial(let name): keys.denial(name)
        case .command(let words): words.count > 1 ? words[1] : nil
        case .script(_, let key, _, _): key
        }
    }

    /// Whether it may be asked again when the connection broke before the answer came.
    var mayRepeat: Bool {
        switch self {
        case .verdict, .denial, .command: true
        case .script(_, _, _, let mayRepeat): mayRepeat
        }
    }
}
