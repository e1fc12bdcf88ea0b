internal import ArgumentParser
internal import Tokens

/// `--data JSON`: the claims of a token or a session.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The claims as a JSON object, such as '{\"sub\":\"alice\",\"roles\":[\"admin\"]}'.",
            discussion: "With - they are read from the first line of the standard input.", valueName: "json"))
    var data: String

    /// The claims.
    func claims() throws(CommandFailure) -> JSONObject {
        let text = data == "-" ? try StandardInput.firstLine("claims") : data
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(text)
        } catch {
            throw .usage("--data is no JSON: \(error)")
        }
        guard let object = value.object else {
            throw .usage("--data is no JSON object: write {\"sub\":\"alice\"}")
        }
        return object
    }
}
