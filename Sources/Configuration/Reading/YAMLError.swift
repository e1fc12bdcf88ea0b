/// Why a text is no YAML, or none that is taken.
struct YAMLError: Error {
    /// Where it stops being some.
    let place: SourcePlace
    /// A sentence without the place: `is no YAML: did not find expected key`.
    let message: String
}
