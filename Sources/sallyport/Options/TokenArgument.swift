internal import ArgumentParser

/// A token as an argument, or from the standard input, where no process list shows it.
struct TokenArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The token in compact form; - or none reads it from the standard input.",
            discussion: "Words of a command are seen by every user of the machine: prefer the standard input."))
    var token: String?

    /// Its text.
    func text() throws(CommandFailure) -> String {
        guard let token, token != "-" else { return try StandardInput.firstLine("token") }
        return token
    }
}
