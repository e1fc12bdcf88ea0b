/// What a look at a whole store has found.
package struct StoreReport: Sendable, Equatable {
    /// Sessions that live.
    package var sessions = 0
    /// Tokens of the allow-list that live.
    package var tokens = 0
    /// Entries of the deny-list that live.
    package var denials = 0
    /// Entries whose time is over and that nobody has removed yet.
    package var expired = 0
    /// Further figures, with their names.
    package var figures: [Figure] = []
    /// What is wrong: sentences without names of users or sessions. Empty if all is well.
    package private(set) var problems: [String] = []
    /// How many problems there are, also those that are not told one by one.
    package private(set) var problemCount = 0

    /// How many problems are told one by one.
    package static let problemLimit = 20

    /// A figure of one kind of store, such as the size of its file.
    package struct Figure: Sendable, Equatable {
        /// Its name, as JSON member.
        package var name: String
        /// Its value.
        package var value: JSONValue

        /// A figure.
        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// A look that has found nothing yet.
    package init() {}

    /// Notes a problem.
    package mutating func note(_ problem: String) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append(problem) }
    }
}
