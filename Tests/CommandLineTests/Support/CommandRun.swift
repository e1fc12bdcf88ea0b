import Foundation

/// One run of the built `sallyport`: what it wrote, and how it ended.
struct CommandRun {
    let output: String
    let errors: String
    let code: Int32

    /// The lines of its standard output.
    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init) }

    /// Runs the program to its end; one that hangs is ended after 30 seconds and has the code of that signal.
    ///
    /// - Parameters:
    ///   - environment: the whole environment of the program.
    ///   - input: its standard input.
    init(_ words: [String], environment: [String: String] = [:], input: [UInt8] = []) throws {
        let folder = try TestFolder()
        let process = Process()
        process.executableURL = try Self.binary()
        process.arguments = words
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: folder.path)
        try Data(input).write(to: URL(filePath: folder.path + "/input"))
        for name in ["output", "errors"] { try Data().write(to: URL(filePath: folder.path + "/" + name)) }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.path + "/input"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder.path + "/output"))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.path + "/errors"))
        try process.run()
        let identifier = process.processIdentifier
        let watchdog = DispatchWorkItem { kill(identifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: watchdog)
        process.waitUntilExit()
        watchdog.cancel()
        code = process.terminationStatus
        output = try String(contentsOfFile: folder.path + "/output", encoding: .utf8)
        errors = try String(contentsOfFile: folder.path + "/errors", encoding: .utf8)
    }

    /// As above, with text as the input.
    init(_ words: String..., environment: [String: String] = [:], input: String = "") throws {
        try self.init(words, environment: environment, input: Array(input.utf8))
    }

    /// The program lies beside the one that runs the tests.
    static func binary() throws -> URL {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: own).deletingLastPathComponent().appending(path: "sallyport")
    }
}
