internal import ArgumentParser
internal import Tokens

/// `sallyport token inspect`.
struct TokenInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Print what a token claims, without verifying anything.",
        discussion: "Prints {\"header\":{…},\"claims\":{…}}. Whoever made the token wrote that: believe none of it.")

    @OptionGroup var argument: TokenArgument

    func run() throws {
        let text = try argument.text()
        do throws(TokenError) {
            let token = try UnverifiedToken(text)
            StandardOutput.writeLine(
                JSONWriter.text(["header": .object(token.header), "claims": .object(token.claims)]))
        } catch {
            throw CommandFailure(error)
        }
        StandardError.writeLine("sallyport: nothing of this was verified")
    }
}
