internal import ArgumentParser
internal import Glibc
internal import Tokens

/// `sallyport store export`.
struct StoreExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all living sessions and the deny-list into a file of JSON lines.",
        discussion: """
            The file is made with mode 0600 and must not exist; it holds user names, claims, ids and times, but no \
            token; of the deny-list digests and times. Prints {"sessions":…,"denials":…}. Proxies may run meanwhile: what \
            changes after a session was read is not in it.
            """)

    private static let pageSize = 500

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The file to make, or - for the standard output.", valueName: "file"))
    var path: String

    func run() async throws {
        let configuration = try options.load().store
        _ = try StoreAccess.kind(of: configuration)
        var output = try ExportFile(path)
        do {
            let (sessions, denials) = try await StoreAccess.run(configuration) { store in
                let denials = try await exportDenials(store, to: &output)
                let sessions = try await exportSessions(store, to: &output)
                try output.write(.end(sessions: sessions, denials: denials))
                return (sessions, denials)
            }
            try output.finish()
            let line = JSONWriter.text(["sessions": .integer(sessions), "denials": .integer(denials)])
            if path == "-" { StandardError.writeLine(line) } else { StandardOutput.writeLine(line) }
        } catch {
            // Half an export is worse than none.
            output.discard()
            throw error
        }
    }

    /// The head and, first of all, who is denied: whoever reads the file lets nobody in before that is known.
    private func exportDenials(_ store: any TransferableStore, to output: inout ExportFile) async throws -> Int64 {
        let clock = WallClock.system
        var count = 0
        var cursor: String?
        try output.write(.head(exportedAt: clock.now))
        repeat {
            let page = try await store.storedDenials(after: cursor, limit: Self.pageSize, now: clock.now)
            for entry in page.entries { try output.write(.denial(entry)) }
            count += page.entries.count
            cursor = page.next
        } while cursor != nil
        return Int64(count)
    }

    private func exportSessions(_ store: any TransferableStore, to output: inout ExportFile) async throws -> Int64 {
        let clock = WallClock.system
        var progress = ProgressLine("sessions written")
        var count = 0
        var cursor: String?
        repeat {
            let page = try await store.storedSessions(after: cursor, limit: Self.pageSize, now: clock.now)
            for session in page.sessions { try output.write(.session(session)) }
            count += page.sessions.count
            progress.tell(count)
            cursor = page.next
        } while cursor != nil
        return Int64(count)
    }
}
