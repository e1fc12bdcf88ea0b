import HTTPWire
import Testing

@Suite("Forwarded addresses")
struct ForwardedForTests {
    /// The client of a request from `peer`, where 10.0.0.0/8 and fd00::/8 are trusted.
    private func client(_ fields: [String], peer: String = "10.0.0.1") throws -> String {
        let request = ParsedRequest("GET / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
        #expect(request.outcome == .complete(headLength: request.bytes.count))
        let four = try #require(IPAddress("10.0.0.0"))
        let six = try #require(IPAddress("fd00::"))
        // A span of UInt8 has no padding.
        return try unsafe ForwardedFor.client(
            request.head.table, in: request.bytes.span.bytes, peer: #require(IPAddress(peer))
        ) { $0.isContained(in: four, prefixLength: 104) || $0.isContained(in: six, prefixLength: 8) }.description
    }

    @Test(
        "The right-most untrusted address is the client",
        arguments: [
            (["X-Forwarded-For: 192.0.2.1"], "192.0.2.1"),
            (["X-Forwarded-For: 192.0.2.9, 192.0.2.1"], "192.0.2.1"),
            (["X-Forwarded-For: 192.0.2.9,192.0.2.1 ,10.0.0.2, fd00::1"], "192.0.2.1"),
            (["X-Forwarded-For: 192.0.2.9", "X-Forwarded-For: 10.0.0.2"], "192.0.2.9"),
            (["X-Forwarded-For: 192.0.2.9", "X-Forwarded-For: 192.0.2.1"], "192.0.2.1"),
            (["X-Forwarded-For: 192.0.2.1:4711, [fd00::1]:80"], "192.0.2.1"),
            (["X-Forwarded-For: [2001:db8::1]"], "2001:db8::1"), (["X-Forwarded-For: ::ffff:192.0.2.1"], "192.0.2.1"),
            (["X-Forwarded-For: 10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (["Forwarded: for=192.0.2.1"], "192.0.2.1"),
            (["Forwarded: for=192.0.2.9;proto=https, For=\"192.0.2.1:80\";by=x , for=\"[fd00::1]\""], "192.0.2.1"),
            (["Forwarded: proto=http;for=\"[2001:db8::1]:9\"", "Forwarded: for=10.9.9.9"], "2001:db8::1"),
            (["Forwarded: for=192.0.2.9", "X-Forwarded-For: 192.0.2.1"], "192.0.2.1"),
            ([], "10.0.0.1"),
        ])
    func walks(_ fields: [String], _ address: String) throws {
        #expect(try client(fields) == address)
    }

    @Test("A stranger's fields change nothing", arguments: ["X-Forwarded-For: 10.0.0.9", "Forwarded: for=10.0.0.9"])
    func stranger(_ field: String) throws {
        #expect(try client([field], peer: "192.0.2.5") == "192.0.2.5")
    }

    @Test(
        "The walk stops at what is no address: nothing left of it is believed",
        arguments: [
            (["X-Forwarded-For: 192.0.2.1, unknown"], "10.0.0.1"),
            (["X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
            (["X-Forwarded-For: 192.0.2.1,"], "10.0.0.1"), (["X-Forwarded-For: "], "10.0.0.1"),
            (["X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: x"], "10.0.0.1"),
            (["X-Forwarded-For: 192.0.2.01"], "10.0.0.1"),
            (["Forwarded: for=192.0.2.1, for=unknown"], "10.0.0.1"),
            (["Forwarded: for=192.0.2.1, for=_hidden, for=10.0.0.2"], "10.0.0.2"),
            (["Forwarded: for=192.0.2.1, proto=http"], "10.0.0.1"),
            (["Forwarded: for=\"192.0.2.1, for=10.0.0.2"], "10.0.0.1"),
            (["Forwarded: for=192.0.2.1;for=192.0.2.2"], "10.0.0.1"), (["Forwarded: for=[2001:db8::1]"], "10.0.0.1"),
            (["Forwarded: for=192.0.2.1,"], "10.0.0.1"), (["Forwarded: for =192.0.2.1"], "10.0.0.1"),
            (["Forwarded: for=\"192.0.2.1\\\""], "10.0.0.1"), (["Forwarded: for"], "10.0.0.1"),
            (["Forwarded: for="], "10.0.0.1"),
        ])
    func stops(_ fields: [String], _ address: String) throws {
        #expect(try client(fields) == address)
    }

    @Test("An element's parameters are found without their quotes")
    func elements() {
        withBytes("For=\"[::1]:2\";PROTO=https;host=\"a.example:8\", by=x") { bytes, range in
            let elements = ForwardedElement.parse(range, in: bytes)
            #expect(elements?.count == 2)
            #expect(elements?.first?.for.map { bytes.string($0) } == "[::1]:2")
            #expect(elements?.first?.proto.map { bytes.string($0) } == "https")
            #expect(elements?.first?.host.map { bytes.string($0) } == "a.example:8")
        }
    }
}
