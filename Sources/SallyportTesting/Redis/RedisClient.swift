/// `redis-cli`, as a second opinion on what a server holds.
enum RedisClient {
    /// Runs one command; its answer as printed without decoration.
    @discardableResult
    static func run(_ options: [String], _ words: [String]) throws -> String {
        let client = try ProcessUnderTest("redis-cli", options + ["--raw"] + words)
        defer { client.kill() }
        let deadline = Deadline(in: .seconds(60))
        guard let end = client.waitForEnd(deadline), client.waitForOutput(deadline) else {
            throw RedisServerError(reason: "redis-cli does not end")
        }
        var lines = client.lines
        while lines.last == "" { lines.removeLast() }
        let text = lines.joined(separator: "\n")
        guard end == .exited(0) else {
            let words = [text] + client.errorLines
            throw RedisServerError(reason: "redis-cli failed: \(words.joined(separator: " / "))")
        }
        return text
    }
}
