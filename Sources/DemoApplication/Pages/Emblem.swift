/// The sign of the product: a gate with two doors.
enum Emblem {
    /// The sign as part of a page, in the colour of the text around it.
    static let inline = """
        <svg class="emblem" viewBox="0 0 32 32" aria-hidden="true">\(path(fill: "currentColor"))</svg>
        """

    /// The sign as a file of its own.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">\(path(fill: "#b07a2a"))</svg>
        """

    /// A wall with battlements, and in it an arch with two doors ajar.
    private static func path(fill: String) -> String {
        let wall = "M3 4h5v4h5V4h6v4h5V4h5v24h-7v-9a6 6 0 0 0-12 0v9H3z"
        let doors = "M12 28v-9a4 4 0 0 1 3.3-3.9V28zM16.7 28V15.1A4 4 0 0 1 20 19v9z"
        return "<path fill=\"\(fill)\" fill-rule=\"evenodd\" d=\"\(wall)\(doors)\"/>"
    }
}
