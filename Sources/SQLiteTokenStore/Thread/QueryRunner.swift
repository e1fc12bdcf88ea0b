internal import Tokens

/// The body of a thread that only asks, and of the one that copies the write-ahead log: each operation stands by
/// itself, outside any transaction.
final class QueryRunner: StoreThreadBody {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func perform(_ operations: [StoreOperation]) {
        for operation in operations {
            guard !operation.isLate(at: .now) else {
                operation.fail(TokenStoreError(.timedOut, "the operation waited until its deadline"))
                continue
            }
            do {
                try operation.run(on: database.current())
                operation.succeed()
            } catch {
                if error.losesConnection { database.drop() }
                operation.fail(error.storeError)
            }
        }
    }

    func watch() {}
}
