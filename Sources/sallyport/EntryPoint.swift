internal import ArgumentParser
internal import SallyportConfiguration
internal import Glibc

/// Where the process begins and ends.
///
/// It begins without a task: `serve` blocks signals before any other thread is there. Exit codes are a promise: 0 done,
/// 1 no (an invalid token, a bad configuration), 2 usage, 3 the store is unreachable.
@main
struct EntryPoint {
    static func main() {
        // A reader that goes away shows as an error of write(2), and ends the command there.
        _ = signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Sallyport.parseAsRoot()
            guard let waiting = command as? any AsyncParsableCommand else { return try command.run() }
            run(waiting)
        } catch {
            end(error)
        }
    }

    /// Runs a command that waits for its store; the process ends from there.
    private static func run(_ command: any AsyncParsableCommand) -> Never {
        // The parser's commands are values that nobody else holds, and this one goes to the task for good.
        nonisolated(unsafe) var command = command
        Task.detached {
            do {
                // As above: nobody else has it.
                try await unsafe command.run()
                exit(0)
            } catch {
                end(error)
            }
        }
        while true { pause() }
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
