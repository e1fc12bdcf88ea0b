/// Turns the file's text into nodes with places, or into the problem that it is no YAML.
enum DocumentComposer {
    static let emptyMessage = "the file is empty: write at least listeners, upstreams and routes"

    /// The root of the only document; nil when the file is empty or was reported.
    static func compose(_ text: String, _ problems: ProblemList) -> YAMLNode? {
        do throws(YAMLError) {
            let stream = YAMLStream(text)
            guard let root = try stream.nextDocument() else {
                problems.report(.start, "", emptyMessage)
                return nil
            }
            if let second = try stream.nextDocument() {
                problems.report(second.place, "", "begins a second document: keep one")
                return nil
            }
            return root
        } catch {
            problems.report(error.place, "", error.message)
            return nil
        }
    }
}
