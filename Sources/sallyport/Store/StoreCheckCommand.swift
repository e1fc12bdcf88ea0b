internal import ArgumentParser
internal import RedisTokenStore
internal import SQLiteTokenStore
internal import Tokens

/// `sallyport store check`.
struct StoreCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look at the whole store for damage and for entries that do not agree.",
        discussion: """
            Prints {"ok":…,"sessions":…,"tokens":…,"denials":…,"expired":…,…,"problem_count":…,"problems":[…]}; changes nothing. \
            Where something is wrong, the exit code is 1; where the store cannot be asked, 3.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.load().store
        let report: StoreReport
        switch try StoreAccess.kind(of: configuration) {
        case .sqlite(let path):
            do throws(TokenStoreError) { report = try SQLiteStore.inspect(path: path, now: WallClock.system.now) } catch
            {
                // A file that cannot be read as one is an answer, and a bad one.
                throw error.kind == .corrupt ? CommandFailure.no("\(error)") : .storeUnreachable("\(error)")
            }
        case .redis:
            report = try await StoreAccess.run(configuration) { store in
                guard let redis = store as? RedisStore else { return StoreReport() }
                var progress = ProgressLine("sessions looked at")
                return try await redis.inspect(now: WallClock.system.now) { progress.tell($0) }
            }
        }
        StandardOutput.writeLine(JSONWriter.text(Self.line(report)))
        guard report.problemCount == 0 else { throw CommandFailure.no("the store is not well") }
    }

    private static func line(_ report: StoreReport) -> JSONValue {
        var members: JSONObject = [
            "ok": .boolean(report.problemCount == 0), "sessions": .integer(Int64(report.sessions)),
            "tokens": .integer(Int64(report.tokens)), "denials": .integer(Int64(report.denials)),
            "expired": .integer(Int64(report.expired)),
        ]
        for figure in report.figures { members[figure.name] = figure.value }
        members["problem_count"] = .integer(Int64(report.problemCount))
        members["problems"] = .array(report.problems.map { .string($0) })
        return .object(members)
    }
}
