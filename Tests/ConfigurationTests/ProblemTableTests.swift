import SallyportConfiguration
import Testing

@Suite("Problems of a configuration")
struct ProblemTableTests {
    /// A fragment, and the problems it makes.
    struct Row: Sendable, CustomTestStringConvertible {
        var fragment: String
        var problems: [String]
        init(_ fragment: String, _ problems: String...) { (self.fragment, self.problems) = (fragment, problems) }
        var testDescription: String { fragment }
    }

    @Test("A fragment in line 4 is told of with its place, and its good neighbour is taken", arguments: sectionRows)
    func section(_ row: Row) {
        #expect(SampleFile(SampleFile.base + row.fragment).problems() == row.problems)
    }

    @Test("A route in line 3 is told of with its place, and its good neighbour is taken", arguments: routeRows)
    func route(_ row: Row) {
        #expect(SampleFile(SampleFile.withoutRoutes + "routes: [" + row.fragment + "]").problems() == row.problems)
    }

    @Test("A listener in line 1 is told of with its place, and its good neighbour is taken", arguments: listenerRows)
    func listener(_ row: Row) {
        let rest = SampleFile.base.split(separator: "\n").dropFirst().joined(separator: "\n")
        #expect(SampleFile("listeners: [" + row.fragment + "]\n" + rest).problems() == row.problems)
    }

    @Test("An upstream in line 2 is told of with its place, and its good neighbour is taken", arguments: upstreamRows)
    func upstream(_ row: Row) {
        let lines = SampleFile.base.split(separator: "\n")
        let text = "\(lines[0])\nupstreams: {shop: \(row.fragment)}\n\(lines[2])\n"
        #expect(SampleFile(text).problems() == row.problems)
    }
}
