internal import ArgumentParser
internal import Tokens

/// `sallyport store import`.
struct StoreImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add the sessions and the deny-list of an export to the store.",
        discussion: """
            The store may be of another kind than the one that was exported. A session that it knows already is left as \
            it is, so that an import may be repeated; one that was ended since the export comes back. What the \
            export denies is denied, and nothing that the store denies becomes good. Prints \
            {"added":…,"known":…,"expired":…,"denials":…}. A file that is cut off or damaged is exit code 1, and what stands before \
            the damage was added.
            """)

    private static let batchSize = 200

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The file of JSON lines, or - for the standard input.", valueName: "file"))
    var path: String

    /// What is read and not yet added.
    private struct Batch {
        var sessions: [StoredSession] = []
        var denials: [DenialEntry] = []
        var count: Int { sessions.count + denials.count }
    }

    func run() async throws {
        let configuration = try options.load().store
        var input = try ImportFile(path)
        let (count, denials) = try await StoreAccess.run(configuration) { store in try await add(&input, to: store) }
        StandardOutput.writeLine(
            JSONWriter.text([
                "added": .integer(Int64(count.added)), "known": .integer(Int64(count.known)),
                "expired": .integer(Int64(count.expired)), "denials": .integer(Int64(denials)),
            ]))
    }

    private func add(_ input: inout ImportFile, to store: any TransferableStore) async throws
        -> (TransferCount, denials: Int)
    {
        let clock = WallClock.system
        var progress = ProgressLine("lines read")
        var count = TransferCount()
        var denials = 0
        var batch = Batch()
        var failure: CommandFailure?
        var isOver = false
        while !isOver {
            do throws(CommandFailure) {
                switch try input.next() {
                case .session(let session): batch.sessions.append(session)
                case .denial(let entry): batch.denials.append(entry)
                case nil: isOver = true
                }
            } catch {
                failure = error
                isOver = true
            }
            guard batch.count >= Self.batchSize || isOver else { continue }
            try await store.add(batch.denials, now: clock.now)
            count += try await store.add(batch.sessions, now: clock.now)
            denials += batch.denials.count
            batch = Batch()
            progress.tell(count.added + count.known + count.expired + denials)
        }
        if let failure {
            StandardError.writeLine(
                "sallyport: \(count.added) sessions were added before the damage, and \(denials) denials")
            throw failure
        }
        return (count, denials)
    }
}
