import Tokens

/// Waits for a store's announcements, in the order in which they come. A test that uses it has a time limit.
struct InvalidationLog {
    private var announcements: AsyncStream<StoreInvalidation>.Iterator

    init(_ store: any TokenStore) {
        let (stream, continuation) = AsyncStream.makeStream(of: StoreInvalidation.self)
        store.observeInvalidations { continuation.yield($0) }
        announcements = stream.makeAsyncIterator()
    }

    /// Waits until a token's verdict was announced unfit: by its name, its session's, or with everything.
    mutating func wait(for token: TokenReference) async throws {
        while let next = await announcements.next() {
            switch next {
            case .everything: return
            case .token(let name): if name == token { return }
            case .session(let name): if name == token.session { return }
            case .denial: continue
            }
        }
        throw ContractViolation(rule: "A change of \(token) is announced", found: "the end of all announcements")
    }

    /// Waits until a denial was announced that is about a token.
    mutating func wait(forDenialOf token: ForeignToken) async throws {
        while let next = await announcements.next() {
            switch next {
            case .everything: return
            case .denial(let name): if token.denialKeys.contains(where: { $0.storedName == name }) { return }
            case .token, .session: continue
            }
        }
        throw ContractViolation(rule: "A denial is announced", found: "the end of all announcements")
    }
}
