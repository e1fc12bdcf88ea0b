public import Tokens

/// The contract of ``Tokens/TokenStore`` as named checks that each store has to pass, with time moved by hand.
///
/// A test target runs them like this:
///
///     @Test(arguments: TokenStoreContract.checks)
///     func contract(_ check: TokenStoreContract.Check) async throws {
///         let store = try await makeEmptyStore()
///         try await check.run(store, TokenStoreContract.Traits(expiresByItself: false, announcesChanges: true))
///         await store.close()
///     }
///
/// A check throws a ``ContractViolation`` that says what is due and what was found. The store is empty at the start,
/// and closed by the caller.
public enum TokenStoreContract {
    /// In what stores may differ.
    public struct Traits: Sendable {
        /// Whether expired entries go without ``Tokens/TokenStore/removeExpired(now:limit:)``, as in Redis.
        public var expiresByItself: Bool
        /// Whether verdicts are watched, so that changes have to be announced.
        public var announcesChanges: Bool

        /// Describes a store.
        public init(expiresByItself: Bool, announcesChanges: Bool) {
            self.expiresByItself = expiresByItself
            self.announcesChanges = announcesChanges
        }
    }

    /// One rule of the contract.
    public struct Check: Sendable, CustomStringConvertible {
        /// The rule, as a sentence.
        public let description: String
        private let body: @Sendable (any TokenStore, Traits) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (any TokenStore, Traits) async throws -> Void) {
            self.description = description
            self.body = body
        }

        init(_ description: String, _ body: @escaping @Sendable (any TokenStore) async throws -> Void) {
            self.init(description) { store, _ in try await body(store) }
        }

        /// Runs the check on an empty store.
        public func run(_ store: any TokenStore, _ traits: Traits) async throws {
            try await body(store, traits)
        }
    }

    /// All rules.
    public static let checks: [Check] =
        listChecks + sessionChecks + rotationChecks + confirmationChecks + expiryChecks + announcementChecks
        + lifecycleChecks + limitChecks + denialChecks
}
