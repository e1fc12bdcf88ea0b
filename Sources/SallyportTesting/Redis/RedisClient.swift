internal import Foundation

/// `redis-cli`, as a second opinion on what a server holds.
enum RedisClient {
    /// Runs one command; its answer as printed without decoration.
    @discardableResult
    static func run(_ options: [String], _ words: [String]) throws -> String {
        let client = Process()
        let output = Pipe()
        client.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        client.arguments = ["redis-cli"] + options + ["--raw"] + words
        client.standardOutput = output
        client.standardInput = FileHandle.nullDevice
        try client.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        client.waitUntilExit()
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last == "\n" { text.removeLast() }
        guard client.terminationStatus == 0 else { throw RedisServerError(reason: "redis-cli failed: \(text)") }
        return text
    }
}
