import Foundation
import Testing

@testable import RedisTokenStore

struct RedisRightsTests {
    @Test("The rights that the README grants are those that the store needs and is tested with")
    func readme() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(text.range(of: "ACL SETUSER sallyport on >PASSWORD "))
        let rest = text[start.upperBound...]
        let end = try #require(rest.range(of: "```"))
        let words = rest[..<end.lowerBound].split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(Set(words) == Set(RedisStore.rights()))
    }
}
