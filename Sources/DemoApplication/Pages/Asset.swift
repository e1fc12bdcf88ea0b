/// A file that the pages load: they come with the program, so that a page needs nothing from anywhere else.
enum Asset: String, CaseIterable {
    case styleSheet = "/assets/demo.css"
    case script = "/assets/demo.js"
    case icon = "/assets/icon.svg"

    /// The asset at a path.
    init?(path: String) { self.init(rawValue: path) }

    /// The answer to a request for it.
    var response: DemoResponse {
        switch self {
        case .styleSheet: DemoResponse(.ok, type: "text/css; charset=utf-8", body: [UInt8](StyleSheet.text.utf8))
        case .script: DemoResponse(.ok, type: "text/javascript; charset=utf-8", body: [UInt8](Script.text.utf8))
        case .icon: DemoResponse(.ok, type: "image/svg+xml", body: [UInt8](Emblem.icon.utf8))
        }
    }
}
