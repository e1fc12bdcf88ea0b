import Foundation
import SallyportTesting

/// One run of the built `sallyport`: what it wrote, and how it ended.
struct CommandRun {
    let output: String
    let errors: String
    let code: Int32

    /// The lines of its standard output.
    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init) }

    /// Runs the program to its end; one that hangs is ended after a minute and has the code of that signal.
    ///
    /// - Parameters:
    ///   - environment: the whole environment of the program.
    ///   - input: its standard input.
    init(_ words: [String], environment: [String: String] = [:], input: [UInt8] = []) throws {
        let folder = try TestFolder()
        let file = folder.path + "/input"
        try Data(input).write(to: URL(filePath: file))
        let program = try ProcessUnderTest(
            Self.binary(), words, environment: .only(environment), input: file, folder: folder.path)
        let patience = Deadline(in: .seconds(60))
        if program.waitForEnd(patience) == nil { program.kill() }
        guard program.waitForOutput(patience) else { throw SocketFailure.timedOut(waitingFor: "the end of its output") }
        code =
            switch program.waitForEnd() {
            case .exited(let code): code
            case .signalled(let signal): signal
            case nil: throw SocketFailure.timedOut(waitingFor: "the end of a killed process")
            }
        output = program.outputText
        errors = program.errorText
    }

    /// As above, with text as the input.
    init(_ words: String..., environment: [String: String] = [:], input: String = "") throws {
        try self.init(words, environment: environment, input: Array(input.utf8))
    }

    /// The program beside the one that runs the tests.
    static func binary() -> String { BuiltProgram.path("sallyport") }
}
