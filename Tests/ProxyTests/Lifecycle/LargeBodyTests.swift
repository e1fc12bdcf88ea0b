import Foundation
import SallyportTesting
import Testing

/// Issue 3, "HTTP/1.1 proxy": bodies far larger than the memory that they move through. `SALLYPORT_BODY_BYTES` sets
/// their size; each run prints what it measured.
@Suite(.threadOfItsOwn, .timeLimit(.minutes(5)))
struct LargeBodyTests {
    /// Which way a body goes, and how it is framed.
    enum Way: String, CaseIterable {
        case upload, chunkedUpload, download, chunkedDownload

        var isUpload: Bool { self == .upload || self == .chunkedUpload }
        var isChunked: Bool { self == .chunkedUpload || self == .chunkedDownload }
        var target: String { "/public/\(rawValue)" }
    }

    private static let total =
        ProcessInfo.processInfo.environment["SALLYPORT_BODY_BYTES"].flatMap { Int($0) } ?? 256 << 20
    /// For the body as a whole; it leaves 16 MiB a second to a busy machine.
    private static let patience = Duration.seconds(50 + total >> 24)

    @Test("A body of 256 MiB moves through less than 4 MiB of memory, whichever way it goes", arguments: Way.allCases)
    func memory(_ way: Way) throws {
        let folder = try TestFolder()
        defer { folder.remove() }
        let origin = try Self.application()
        defer { origin.stop() }
        let serve = try ServeProcess(in: folder, origin: origin)
        defer { serve.process.kill() }
        try #require(serve.isReady)
        #expect(try RawClient(serve.address).exchange("GET", "/public").status == 200)
        let before = try #require(serve.process.facts.residentBytes)
        var highest = before
        let client = try RawClient(serve.address, patience: Self.patience)
        try Self.move(way, client) { highest = max(highest, serve.process.facts.residentBytes ?? .max) }
        print("\(way): \(Self.total >> 20) MiB moved, \((highest - before) >> 10) KiB more resident memory")
        // A sanitizer reserves terabytes for its shadow; the shadow of what is used is resident, too.
        let isSanitized = (serve.process.facts.virtualBytes ?? 0) > 1 << 40
        #expect(
            highest - before < (isSanitized ? 64 << 20 : 4 << 20),
            "\((highest - before) >> 10) KiB more than at the start")
    }

    /// Moves one body; `look` is called again and again meanwhile.
    private static func move(_ way: Way, _ client: RawClient, look: () -> Void) throws {
        if way.isUpload {
            let framing = way.isChunked ? ("Transfer-Encoding", "chunked") : ("Content-Length", String(total))
            try client.send(MessageText.request("PUT", way.target, [framing]))
            let feeder = Feeder(client.socket, total: total, isChunked: way.isChunked, patience: patience)
            #expect(
                waitUntil(Deadline(in: patience)) {
                    look()
                    return feeder.hasFinished
                })
            #expect(try client.response().status == 200)
        } else {
            try client.send(MessageText.request("GET", way.target))
            #expect(try client.reader.responseHead().status == 200)
            var reader = SlowReader(client.reader)
            while reader.received < total {
                if way.isChunked {
                    try #require(try reader.readChunk())
                } else {
                    try #require(try reader.read(min(1 << 20, total - reader.received), step: 65536))
                }
                look()
            }
            if way.isChunked { #expect(try !reader.readChunk(), "the last chunk") }
            #expect(reader.received == total)
        }
        #expect(try client.exchange("GET", "/public").status == 200, "the connection serves the next request")
    }

    /// Checks every byte of an upload, and sends what a download asks for.
    private static func application() throws -> TestOrigin {
        try TestOrigin { exchange in
            let target = exchange.request.target
            guard let way = Way.allCases.first(where: { $0.target == target }) else {
                return try exchange.perform(.echo(exchange.request))
            }
            exchange.reader.patience = patience
            if way.isUpload {
                var reader = SlowReader(exchange.reader)
                if way.isChunked {
                    while try reader.readChunk() {}
                } else {
                    try #require(try reader.read(total, step: 65536))
                }
                return try exchange.perform(.response(reader.received == total ? 200 : 500))
            }
            let framing = way.isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(total)"
            try exchange.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
            let feeder = Feeder(exchange.reader.socket, total: total, isChunked: way.isChunked, patience: patience)
            _ = waitUntil(Deadline(in: patience)) { feeder.hasFinished }
        }
    }
}
