import Foundation
import SallyportTesting
import Testing

/// Exchanges are used again: what one request was must not show in the next one.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(2)))
struct SpareExchangeTests {
    /// Members of a line that differ by nature, or with the machine's mood.
    private static let moods: Set<String> = ["time", "request_id", "duration_us", "auth_us"]

    /// The lines of the access log for `/public/probe`, without what differs by nature.
    private func probes(_ log: String) throws -> [[String: String]] {
        try log.split(separator: "\n").compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            guard object["path"] as? String == "/public/probe" else { return nil }
            return object.reduce(into: [:]) { result, member in
                // Of a duration counts only whether it is there.
                let isTime = member.key.hasSuffix("_us")
                if !Self.moods.contains(member.key) { result[member.key] = isTime ? "" : "\(member.value)" }
            }
        }
    }

    @Test("A plain request is told, forwarded and answered the same after every other kind of request")
    func nothingIsLeftOver() async throws {
        try await ProxyFixture.run { proxy in
            let probe = MessageText.request("GET", "/public/probe", [("User-Agent", "probe")])
            let client = try proxy.client()
            try client.send(probe)
            #expect(try client.response().status == 200)
            let browser = try Browser.signedIn(proxy)
            let chunked = MessageText.request("POST", "/public/b", [("Transfer-Encoding", "chunked")])
            let others: [(method: String, message: [UInt8], status: Int)] = [
                ("POST", MessageText.request("POST", "/public/a", body: "hello"), 200),
                ("POST", chunked + Array("3\r\nabc\r\n0\r\n\r\n".utf8), 200),
                ("HEAD", MessageText.request("HEAD", "/public/c"), 200),
                ("GET", MessageText.request("GET", "/nothing", [("Authorization", "Bearer x")]), 401),
                ("GET", MessageText.request("GET", "/.sallyport/session"), 401),
                ("GET", MessageText.request("GET", "/.sallyport/health"), 200),
                ("GET", MessageText.request("GET", "/%00"), 400),
            ]
            for (method, message, status) in others {
                let other = try proxy.client()
                try other.send(message)
                #expect(try other.response(to: method).status == status)
                #expect(try browser.request("GET", "/account").status == 200)
                try client.send(probe)
                #expect(try client.response().status == 200)
            }
            #expect(waitUntil { (try? probes(proxy.accessLog).count) == others.count + 1 })
            let lines = try probes(proxy.accessLog)
            let first = try #require(lines.first)
            for line in lines { #expect(line == first) }
            let forwarded = proxy.requests.filter { $0.target == "/public/probe" }
            let names = forwarded.map { request in
                request.fields.lines.filter { $0.name.lowercased() != "x-request-id" }.map { "\($0.name): \($0.value)" }
            }
            #expect(names.count == others.count + 1 && Set(names).count == 1)
        }
    }
}
