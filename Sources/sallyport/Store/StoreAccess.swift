internal import SallyportConfiguration
internal import RedisTokenStore
internal import SQLiteTokenStore
internal import Tokens

/// The configured store as a whole, for the time of one command.
enum StoreAccess {
    /// Other processes are waited for longer than a request would.
    private static let leastTimeoutMilliseconds = 5000

    /// Which store a configuration names.
    enum Kind {
        /// An SQLite file.
        case sqlite(path: String)
        /// A Redis of any kind.
        case redis
    }

    /// The kind of the store.
    ///
    /// - Throws: `.no` for one that lives in a process only.
    static func kind(of configuration: StoreConfiguration) throws(CommandFailure) -> Kind {
        if let path = TokenStoreFactory.path(of: configuration) { return .sqlite(path: path) }
        guard TokenStoreFactory.isRedis(configuration) else {
            throw .no("what a memory: store holds is its process's own: there is nothing to see from outside")
        }
        return .redis
    }

    /// Opens the store, runs the body and closes the store, whatever happens.
    ///
    /// - Throws: `CommandFailure`, or what the body throws; a store that fails is `.storeUnreachable`.
    static func run<Value>(
        _ configuration: StoreConfiguration, _ body: (any TransferableStore) async throws -> Value
    ) async throws -> Value {
        _ = try kind(of: configuration)
        var patient = configuration
        patient.commandTimeoutMilliseconds = max(
            configuration.commandTimeoutMilliseconds, leastTimeoutMilliseconds)
        let opened = try TokenStoreFactory.open(patient, watchesVerdicts: false) {
            StandardError.writeLine("sallyport: \($0)")
        }
        guard let store = opened as? any TransferableStore else {
            throw CommandFailure.no("this store cannot be read as a whole")
        }
        do {
            let value = try await body(store)
            await store.close()
            return value
        } catch {
            await store.close()
            if let error = error as? TokenStoreError { throw CommandFailure.storeUnreachable("\(error)") }
            throw error
        }
    }
}
