/// A store that can be read and filled as a whole: for `sallyport store`, never for a request.
package protocol TransferableStore: TokenStore {
    /// The next living sessions, in an order of the store's own.
    ///
    /// A session that lives from the first page to the last comes at least once, each as it was in one moment; what
    /// begins, changes or ends meanwhile may come in either form.
    ///
    /// - Parameters:
    ///   - cursor: where the page before ended; nil for the first.
    ///   - limit: how many sessions a page holds, roughly.
    func storedSessions(after cursor: String?, limit: Int, now: Int64) async throws(TokenStoreError) -> StorePage

    /// Adds sessions, each in one atomic step. One that the store knows already is left as it is, whatever became of
    /// it since: repeating an import changes nothing, and never sets a session back.
    func add(_ sessions: [StoredSession], now: Int64) async throws(TokenStoreError) -> TransferCount

    /// The next living entries of the deny-list, in an order of the store's own; each that lives from the first page to the
    /// last comes at least once.
    func storedDenials(after cursor: String?, limit: Int, now: Int64) async throws(TokenStoreError) -> DenialPage

    /// Adds entries to the deny-list; of two about the same, what is later counts, as with ``TokenStore/deny(_:now:)``.
    func add(_ denials: [DenialEntry], now: Int64) async throws(TokenStoreError)
}

/// A part of a store's sessions.
package struct StorePage: Sendable, Equatable {
    /// The sessions.
    package var sessions: [StoredSession]
    /// Where the next page begins; nil at the end.
    package var next: String?

    /// A page.
    package init(sessions: [StoredSession], next: String?) {
        self.sessions = sessions
        self.next = next
    }
}

/// A part of a store's deny-list.
package struct DenialPage: Sendable, Equatable {
    /// The entries.
    package var entries: [DenialEntry]
    /// Where the next page begins; nil at the end.
    package var next: String?

    /// A page.
    package init(entries: [DenialEntry], next: String?) {
        self.entries = entries
        self.next = next
    }
}

/// What became of sessions that were to be added to a store.
package struct TransferCount: Sendable, Equatable {
    /// Sessions that were added.
    package var added = 0
    /// Sessions that the store knew already.
    package var known = 0
    /// Sessions of which nothing lives any more.
    package var expired = 0

    /// None.
    package init() {}

    /// Adds another count.
    package static func += (left: inout TransferCount, right: TransferCount) {
        left.added += right.added
        left.known += right.known
        left.expired += right.expired
    }
}
