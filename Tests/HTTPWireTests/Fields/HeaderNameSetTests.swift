import HTTPWire
import Testing

@Suite("Header firewall")
struct HeaderNameSetTests {
    private let set = HeaderNameSet(["X-User-Id", "x_user_roles", "Remote-User", String(repeating: "l", count: 80)])

    @Test(
        "A name of the set is found in any case and with any mix of - and _",
        arguments: [
            "X-User-Id", "x-user-id", "X-USER-ID", "X_User_Id", "x_user-ID", "X-User-Roles", "REMOTE_USER",
            "Sallyport-Issue-Session", "sallyport_end_session", "SALLYPORT-", String(repeating: "L", count: 80),
        ])
    func contains(_ name: String) {
        #expect(withBytes(name) { bytes, _ in set.contains(bytes) })
    }

    @Test(
        "Other names are not in it",
        arguments: [
            "X-User-Ids", "X-User-I", "X.User.Id", "XUserId", "Y-User-Id", "X-User-Ic", "sallyport", "Host", "",
            String(repeating: "L", count: 79), String(repeating: "L", count: 81), "X-User-Id ",
        ])
    func excludes(_ name: String) {
        #expect(!withBytes(name) { bytes, _ in set.contains(bytes) })
    }

    @Test("An empty set still holds the sallyport names")
    func empty() {
        let empty = HeaderNameSet([])
        #expect(withBytes("Sallyport-X") { bytes, _ in empty.contains(bytes) })
        #expect(!withBytes("X-User-Id") { bytes, _ in empty.contains(bytes) })
    }

    @Test("A field line is judged by its name")
    func fields() {
        let request = ParsedRequest("GET / HTTP/1.1\r\nHost: a\r\nx-user-ID: b\r\nSallyport-A: c\r\nX-Other: d\r\n\r\n")
        // A span of UInt8 has no padding.
        let bytes = unsafe request.bytes.span.bytes
        var found: [String] = []
        for field in request.head.fields where set.contains(field, in: bytes) { found.append(request.text(field.name)) }
        #expect(found == ["x-user-ID", "Sallyport-A"])
    }
}
