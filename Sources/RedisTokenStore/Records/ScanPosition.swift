/// How far a walk through the keys of all masters has come.
struct ScanPosition: Equatable {
    /// The names of all masters, in the order of the walk.
    let masters: [String]
    private var index = 0
    /// What Redis gave for the master whose turn it is; "0" at its beginning.
    private(set) var cursor = "0"

    /// The beginning of a walk.
    init(masters: [String]) { self.masters = masters }

    /// The master whose turn it is; nil at the end.
    var master: String? { index < masters.count ? masters[index] : nil }

    /// Notes what Redis gave: "0" once all of a master's keys were seen.
    mutating func advance(to cursor: String) {
        self.cursor = cursor
        if cursor == "0" { index += 1 }
    }

    /// The position as a text; nil at the end.
    var text: String? { master == nil ? nil : "\(index) \(cursor) \(masters.joined(separator: " "))" }

    /// Reads a text; nil if it is none.
    init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, let index = Int(parts[0]), index >= 0, index < parts.count - 2,
            parts[1].allSatisfy(\.isNumber)
        else { return nil }
        masters = Array(parts[2...])
        self.index = index
        cursor = parts[1]
    }
}
