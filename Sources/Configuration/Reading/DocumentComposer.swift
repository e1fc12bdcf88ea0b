internal import Yams

/// Turns the file's text into nodes with places.
///
/// The YAML library gives up at the first mapping that has a key twice. So that every problem can be told at once, the
/// first character of such a key is exchanged for one of the private use area and the text is composed again: its
/// mapping's reader then knows by ``originalName(_:)`` which key stands again further down.
struct DocumentComposer {
    /// The characters that mask, one for each repeated key. A file may not hold them.
    private static let masks: ClosedRange<UInt32> = 0xE000...0xE063

    private var scalars: [Unicode.Scalar]
    /// What each masked key was called, in the order of the masks.
    private var repeated: [String] = []

    /// - Parameter text: the whole file.
    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The root of the only document; nil when the file is empty or was reported.
    mutating func compose(_ problems: ProblemList) -> Node? {
        if let index = scalars.firstIndex(where: { Self.masks.contains($0.value) }) {
            problems.report(place(of: index), "", "holds a character of the private use area: remove it")
            return nil
        }
        while true {
            do {
                var view = String.UnicodeScalarView()
                view.append(contentsOf: scalars)
                guard let root = try Yams.compose(yaml: String(view)) else {
                    problems.report(.start, "", Self.emptyMessage)
                    return nil
                }
                return root
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard let name = names.first, mask(name, at: SourcePlace(context.mark)) else {
                    problems.report(
                        SourcePlace(context.mark), "",
                        "a key of this mapping stands more than once: \(names.joined(separator: ", "))")
                    return nil
                }
            } catch {
                report(error, problems)
                return nil
            }
        }
    }

    static let emptyMessage = "the file is empty: write at least listeners, upstreams and routes"

    /// What a masked key was called; nil for a key that is not masked.
    func originalName(_ key: String) -> String? {
        guard let value = key.unicodeScalars.first?.value, Self.masks.contains(value) else { return nil }
        return repeated[Int(value - Self.masks.lowerBound)]
    }

    private mutating func mask(_ name: String, at place: SourcePlace) -> Bool {
        guard repeated.count < Self.masks.count, let first = name.unicodeScalars.first,
            let mask = Unicode.Scalar(Self.masks.lowerBound + UInt32(repeated.count)),
            var index = index(of: place), index < scalars.count
        else { return false }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard index < scalars.count, scalars[index] == first else { return false }
        scalars[index] = mask
        repeated.append(name)
        return true
    }

    private func index(of place: SourcePlace) -> Int? {
        var index = 0
        for _ in 1..<place.line {
            guard let end = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = end + 1
        }
        return index + place.column - 1
    }

    private func place(of index: Int) -> SourcePlace {
        let line = scalars[..<index].count { $0 == "\n" } + 1
        let start = scalars[..<index].lastIndex(of: "\n").map { $0 + 1 } ?? 0
        return SourcePlace(line: line, column: index - start + 1)
    }

    private func report(_ error: any Error, _ problems: ProblemList) {
        switch error {
        case YamlError.composer(_, "but found another document", let mark, _):
            problems.report(SourcePlace(mark), "", "begins a second document: keep one")
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let start = context.map { " (\($0.text), begun in line \($0.mark.line))" } ?? ""
            problems.report(SourcePlace(mark), "", "is no YAML: \(problem)\(start)")
        case YamlError.reader(let problem, let offset, _, _):
            problems.report(
                offset.map { place(of: min($0, scalars.count)) } ?? .start, "",
                "is no YAML: \(problem): write printable characters in UTF-8")
        default:
            problems.report(.start, "", "is no YAML")
        }
    }
}
