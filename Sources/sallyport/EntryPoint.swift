internal import ArgumentParser
internal import Configuration
internal import Glibc

/// Where the process begins and ends.
///
/// Exit codes are a promise: 0 done, 1 no (an invalid token, a bad configuration), 2 usage, 3 the store is unreachable.
@main
struct EntryPoint {
    static func main() async {
        // A reader that goes away shows as an error of write(2), and ends the command there.
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Sallyport.parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch {
            end(error)
        }
    }

    private static func end(_ error: any Error) -> Never {
        switch error {
        case let failure as CommandFailure:
            if let message = failure.message { StandardError.writeLine("sallyport: \(message)") }
            exit(failure.code)
        case let refusal as ConfigurationProblems:
            StandardError.writeLine(refusal.description)
            exit(CommandFailure.no(nil).code)
        default:
            endParsing(error)
        }
    }

    /// Help, which was asked for, goes to the standard output; a mistake in the words goes to the other one.
    private static func endParsing(_ error: any Error) -> Never {
        let message = Sallyport.fullMessage(for: error)
        switch Sallyport.exitCode(for: error) {
        case .success:
            StandardOutput.writeLine(message)
            exit(0)
        case .validationFailure:
            StandardError.writeLine(message)
            exit(CommandFailure.usage("").code)
        case let code:
            StandardError.writeLine(message)
            exit(code.rawValue)
        }
    }
}
