/// How many sessions a user may have at once: where a new one is too many, the oldest end.
public struct SessionLimit: Sendable, Equatable {
    /// The most, the new one included; at least 1.
    public var maximum: Int
    /// A session that the new one takes the place of, and that the caller ends: it does not count.
    public var replaced: String?

    /// A limit; below 1 it is 1.
    public init(maximum: Int, replaced: String? = nil) {
        self.maximum = max(maximum, 1)
        self.replaced = replaced
    }

    /// The sessions that have to end: of those that are not the new one, so that a sign-in never ends itself.
    ///
    /// - Parameters:
    ///   - sessions: the user's living sessions, the oldest first.
    ///   - new: the session that was just written.
    public func surplus(of sessions: [SessionRecord], beside new: String) -> [SessionRecord] {
        let others = sessions.filter { $0.identifier != new && $0.identifier != replaced }
        return Array(others.prefix(max(others.count - (maximum - 1), 0)))
    }

    /// The same for a store where sign-ins at once may see each other: the sessions that `earlier` does not name came after the
    /// new one, whatever their times say, and are never ended by it. Where these alone are as many as there may be, the new
    /// session is the oldest, and ends as it would have if they had come a moment later.
    ///
    /// - Parameter earlier: the user's sessions that were there when the new one was listed.
    package func surplus(
        of sessions: [SessionRecord], beside new: String, earlier: Set<String>
    ) -> [SessionRecord] {
        let counted = sessions.filter { $0.identifier != replaced }
        let before = counted.filter { $0.identifier != new && earlier.contains($0.identifier) }
        let own = counted.filter { $0.identifier == new }
        return Array((before + own).prefix(max(counted.count - maximum, 0)))
    }
}
