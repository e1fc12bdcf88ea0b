/// Finds the known word that a misspelled one was meant to be.
enum KeySuggestion {
    /// The nearest of `known`; nil if none is near enough to be more than a guess.
    static func nearest(to word: String, among known: some Sequence<String>) -> String? {
        let folded = fold(word)
        let limit = max(1, folded.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in known {
            let other = fold(candidate)
            // A unit or a noun that was left out, or put in, is one mistake, however long it is.
            let isCut =
                min(folded.count, other.count) >= 5 && (folded.starts(with: other) || other.starts(with: folded))
            let distance = isCut ? 1 : distance(folded, other)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// ` (did you mean “nearest”?)`, or nothing.
    static func hint(for word: String, among known: some Sequence<String>) -> String {
        nearest(to: word, among: known).map { "; did you mean “\($0)”?" } ?? ""
    }

    /// Case and separators are not what makes two keys different for a reader.
    private static func fold(_ word: String) -> [UInt8] {
        word.lowercased().utf8.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: " ") ? UInt8(ascii: "_") : $0 }
    }

    /// How many insertions, deletions and exchanges lead from one to the other; neighbours that changed places count
    /// once.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let exchange = previous[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(exchange, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            (before, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
