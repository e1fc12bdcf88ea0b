internal import ArgumentParser
internal import SQLiteTokenStore
internal import Tokens

/// `sallyport store compact`.
struct StoreCompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Remove expired entries and make the file of an SQLite store smaller.",
        discussion: """
            Works in steps of a few milliseconds, so that proxies go on meanwhile. Prints {"removed":…,"bytes_before":…, \
            "bytes_after":…}. A Redis forgets by itself; there it does nothing.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(
        help: "Write the file anew, as short as it can be. Whoever signs in or refreshes meanwhile waits, or gets 503.")
    var rewrite = false

    func run() async throws {
        let configuration = try options.load().store
        guard case .sqlite(let path) = try StoreAccess.kind(of: configuration) else {
            StandardError.writeLine("sallyport: a Redis forgets what has expired by itself")
            return StandardOutput.writeLine(JSONWriter.text(["removed": .integer(0)]))
        }
        let before: StoreFileSize
        do throws(TokenStoreError) { before = try SQLiteStore.size(path: path) } catch {
            throw CommandFailure.storeUnreachable("\(error)")
        }
        let removed = try await StoreAccess.run(configuration) { store in
            guard let store = store as? SQLiteStore else { return 0 }
            var progress = ProgressLine("expired entries removed")
            return try await store.compact(now: WallClock.system.now) { progress.tell($0) }
        }
        do throws(TokenStoreError) {
            if rewrite { try SQLiteStore.rewrite(path: path) }
            let after = try SQLiteStore.size(path: path)
            if !after.givesSpaceBack {
                StandardError.writeLine(
                    "sallyport: this file was made by an early version and gives no space back; --rewrite changes that")
            }
            StandardOutput.writeLine(
                JSONWriter.text([
                    "removed": .integer(Int64(removed)), "bytes_before": .integer(before.bytes),
                    "bytes_after": .integer(after.bytes),
                ]))
        } catch {
            throw CommandFailure.storeUnreachable("\(error)")
        }
    }
}
