import SallyportConfiguration
import Foundation
import HTTPWire
import Testing

@testable import AuthProxy

@Suite("Log writer")
struct LogWriterTests {
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    private func fill(_ buffer: AccessLogBuffer, lines: Int) {
        for number in 0..<lines {
            var entry = AccessLogEntry(time: sampleTime)
            entry.bytesIn = Int64(number)
            buffer.append(entry)
        }
        buffer.flush()
    }

    @Test("A pipe that nobody reads drops access lines and says how many; audit lines keep coming")
    func dropping() throws {
        let output = try TestPipe()
        let writer = try LogWriter.make(
            access: .standardOutput, audit: .file(folder.file("audit")), output: output.writable)
        let buffer = AccessLogBuffer(writer)
        let audit = AuditLog(writer)
        let total = 10_000
        fill(buffer, lines: total)
        let dropped = writer.statistics.accessDropped
        #expect(dropped > 0)
        audit.record(AuditEvent(.sessionIssued, sid: "s-1"))

        // What is told adds up to what was counted, however many batches it took.
        var objects: [[String: Any]] = []
        func told() -> UInt64 { objects.reduce(0) { $0 + ($1["lines"] as? UInt64 ?? 0) } }
        _ = try output.read { text in
            guard text.hasSuffix("\n") else { return false }
            objects = text.split(separator: "\n").compactMap { try? object($0) }
            return told() == dropped
        }
        #expect(writer.close(timeout: .seconds(10)))
        let notices = objects.filter { $0["message"] != nil }
        for notice in notices {
            let lines = try #require(notice["lines"] as? Int)
            #expect(
                notice["message"] as? String
                    == "\(lines) access lines were dropped: they came faster than they could be written")
        }
        #expect(objects.count - notices.count == total - Int(dropped))
        let numbers = objects.compactMap { $0["bytes_in"] as? Int }
        #expect(numbers == numbers.sorted())
        #expect(try folder.objects("audit").map { $0["sid"] as? String } == ["s-1"])
        #expect(writer.statistics.auditDiverted == 0)
    }

    @Test("A pipe that others hold in blocking mode never holds up the other logs")
    func blockingPipe() throws {
        let output = try TestPipe()
        #expect(fcntl(output.writable, F_GETFL) & O_NONBLOCK == 0)
        let writer = try LogWriter.make(
            access: .standardOutput, audit: .file(folder.file("audit")), output: output.writable)
        fill(AccessLogBuffer(writer), lines: 5000)
        AuditLog(writer).record(AuditEvent(.sessionIssued))
        #expect(!writer.close(timeout: .milliseconds(200)))
        #expect(try folder.lines("audit").count == 1)
        // The flag belongs to everybody who has the pipe.
        #expect(fcntl(output.writable, F_GETFL) & O_NONBLOCK == 0)
    }

    @Test("Audit lines that their pipe does not take go to standard error, and none is missing")
    func auditOverflow() throws {
        let output = try TestPipe()
        let writer = try LogWriter.make(
            access: .standardOutput, audit: .standardOutput, output: output.writable,
            error: try file("error"))
        let audit = AuditLog(writer)
        let total = 6000
        for number in 0..<total {
            audit.record(AuditEvent(.sessionIssued, sid: "s-\(number)"))
            // Standard error keeps up, on a busy machine too.
            if number % 500 == 499 {
                try eventually { try folder.lineCount("error") == Int(writer.statistics.auditDiverted) }
            }
        }
        let diverted = writer.statistics.auditDiverted
        #expect(diverted > 0)
        let kept = total - Int(diverted)
        var lines = 0
        let text = try output.read { text in
            lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
            return lines >= kept
        }
        #expect(writer.close(timeout: .seconds(10)))
        let there = try text.split(separator: "\n").map { try object($0)["sid"] as? String }
        let here = try folder.objects("error").compactMap { $0["sid"] as? String }
        #expect(Set(there.compactMap { $0 } + here) == Set((0..<total).map { "s-\($0)" }))
        #expect(there.count + here.count == total)
        #expect(writer.statistics.auditLost == 0)
    }

    @Test("A full access buffer takes nothing from the audit log of the same pipe")
    func sharedPipe() throws {
        let output = try TestPipe()
        let writer = try LogWriter.make(access: .standardOutput, audit: .standardOutput, output: output.writable)
        fill(AccessLogBuffer(writer), lines: 10_000)
        #expect(writer.statistics.accessDropped > 0)
        let audit = AuditLog(writer)
        for number in 0..<50 { audit.record(AuditEvent(.sessionIssued, sid: "s-\(number)")) }
        let text = try output.read { $0.contains("\"s-49\"") && $0.contains("were dropped") && $0.hasSuffix("\n") }
        #expect(writer.close(timeout: .seconds(10)))
        let identifiers = try text.split(separator: "\n").compactMap { try object($0)["sid"] as? String }
        #expect(identifiers == (0..<50).map { "s-\($0)" })
        #expect(writer.statistics.auditDiverted == 0)
    }

    @Test("On a full disk audit lines go to standard error, access lines wait, and the reason is told once")
    func fullDisk() throws {
        let writer = try LogWriter.make(
            access: .file("/dev/full"), audit: .file("/dev/full"), error: try file("error"))
        let audit = AuditLog(writer)
        let buffer = AccessLogBuffer(writer)
        for number in 0..<100 {
            audit.record(AuditEvent(.sessionIssued, sid: "s-\(number)"))
            fill(buffer, lines: 1)
        }
        #expect(!writer.close(timeout: .milliseconds(300)))
        let objects = try folder.objects("error")
        #expect(objects.compactMap { $0["sid"] as? String } == (0..<100).map { "s-\($0)" })
        let messages = objects.compactMap { $0["message"] as? String }
        #expect(
            messages == [
                "cannot write to the log /dev/full: No space left on device; its audit lines go to standard error meanwhile"
            ])
        let statistics = writer.statistics
        #expect(statistics.auditDiverted == 100)
        #expect(statistics.auditLost == 0)
        #expect(statistics.accessDropped == 100)
        #expect(statistics.writeFaults == 1)
    }

    @Test("Audit lines that nothing takes are counted as lost")
    func lost() throws {
        let writer = try LogWriter.make(audit: .file("/dev/full"), error: try openFull())
        let audit = AuditLog(writer)
        for _ in 0..<10 { audit.record(AuditEvent(.sessionIssued)) }
        #expect(!writer.close(timeout: .milliseconds(100)))
        #expect(writer.statistics.auditLost == 10)
    }

    @Test(
        "A line that is out in part when writing fails is written whole elsewhere, and the next one begins a new line")
    func tornLine() throws {
        let path = folder.file("pipe")
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let first = unsafe open(path, O_RDONLY | O_NONBLOCK)
        try #require(first >= 0)
        let writer = try LogWriter.make(audit: .file(path), error: try file("error"))
        let audit = AuditLog(writer)
        // One batch, because a pipe takes small ones whole or not at all.
        let lines = OutputBuffer()
        for number in 0..<1000 {
            lines.append(
                "{\"sid\":\"s-\(number)\",\"sub\":\"a subject of some length or more, so that a thousand lines are more than a pipe takes\"}\n"
            )
        }
        try #require(lines.string.prefix(65_536).last != "\n")
        writer.queue.submit(lines, lines: 1000, to: .audit)
        // The pipe is full, in the midst of a line.
        #expect(!writer.flush(timeout: .milliseconds(100)))
        close(first)
        #expect(writer.flush(timeout: .seconds(10)))

        // What the pipe took is still in it.
        let second = unsafe open(path, O_RDONLY | O_NONBLOCK)
        try #require(second >= 0)
        defer { close(second) }
        writer.reopen()
        #expect(writer.flush(timeout: .seconds(10)))
        audit.record(AuditEvent(.sessionIssued, sid: "last"))
        let text = try TestReader(second).read { $0.hasSuffix("\"last\"}\n") }
        #expect(writer.close(timeout: .seconds(10)))
        let found = text.split(separator: "\n")
        let whole = found.dropLast(2)
        #expect(try whole.map { try object($0)["sid"] as? String } == whole.indices.map { "s-\($0)" })
        #expect(throws: (any Error).self) { try object(found[found.count - 2]) }
        #expect(try object(found[found.count - 1])["sid"] as? String == "last")
        let diverted = try folder.objects("error").compactMap { $0["sid"] as? String }
        #expect(diverted == (whole.count..<1000).map { "s-\($0)" })
        #expect(writer.statistics.auditDiverted == UInt64(diverted.count))
    }

    @Test("A socket, as systemd gives one, is written without blocking")
    func socket() throws {
        var ends: [CInt] = [-1, -1]
        try #require(unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let writer = try LogWriter.make(
            access: .standardOutput, audit: .file(folder.file("audit")), output: ends[0], bufferBytes: 4 << 20)
        fill(AccessLogBuffer(writer), lines: 10_000)
        AuditLog(writer).record(AuditEvent(.sessionIssued))
        // Nobody reads yet, and the socket holds less than that.
        #expect(!writer.flush(timeout: .milliseconds(50)))
        #expect(try folder.lines("audit").count == 1)
        var lines = 0
        let reader = TestReader(ends[1])
        _ = try reader.read { text in
            lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
            return lines >= 10_000
        }
        #expect(lines == 10_000)
        #expect(writer.close(timeout: .seconds(10)))
    }

    @Test("A pipe that cannot be opened anew is written as far as it surely takes")
    func copiedPipe() throws {
        let output = try TestPipe()
        let descriptor = try LogDescriptor(copying: output.writable, name: "pipe")
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 10_000)
        var total = 0
        loop: while true {
            switch unsafe bytes.withUnsafeBytes({ unsafe descriptor.write($0) }) {
            case .wrote(let count): total += count
            case .wouldBlock: break loop
            case .failed(let code): throw LogFileError(place: "pipe", code: code)
            }
        }
        #expect(total >= 4096)
        #expect(try output.read { $0.utf8.count == total }.utf8.allSatisfy { $0 == UInt8(ascii: "a") })
    }

    @Test("A reader that left does not end the process")
    func brokenPipe() throws {
        var ends: [CInt] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        defer { close(ends[1]) }
        let writer = try LogWriter.make(access: .standardOutput, output: ends[1], error: try file("error"))
        close(ends[0])
        fill(AccessLogBuffer(writer), lines: 1)
        #expect(!writer.close(timeout: .milliseconds(100)))
        #expect(writer.statistics.accessDropped == 1)
        #expect(
            try folder.objects("error").map { $0["message"] as? String }
                == ["cannot write to the log standard output: Broken pipe"])
    }

    @Test("After a rename and a reopening, lines go to a new file of mode 0600, and none is missing")
    func rotation() throws {
        let writer = try LogWriter.make(access: .file(folder.file("access")), audit: .file(folder.file("audit")))
        let buffer = AccessLogBuffer(writer)
        let audit = AuditLog(writer)
        fill(buffer, lines: 2)
        audit.record(AuditEvent(.sessionIssued, sid: "s-1"))
        #expect(writer.flush(timeout: .seconds(10)))
        for name in ["access", "audit"] {
            try FileManager.default.moveItem(atPath: folder.file(name), toPath: folder.file(name + ".1"))
        }
        fill(buffer, lines: 1)
        #expect(writer.flush(timeout: .seconds(10)))
        #expect(try folder.lines("access.1").count == 3)

        writer.reopen()
        #expect(writer.flush(timeout: .seconds(10)))
        fill(buffer, lines: 4)
        audit.record(AuditEvent(.sessionIssued, sid: "s-2"))
        #expect(writer.close(timeout: .seconds(10)))
        #expect(try folder.lines("access.1").count == 3)
        #expect(try folder.lines("access").count == 4)
        #expect(try folder.objects("audit.1").map { $0["sid"] as? String } == ["s-1"])
        #expect(try folder.objects("audit").map { $0["sid"] as? String } == ["s-2"])
        for name in ["access", "audit"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("Where a file cannot be reopened the old one stays in use, and a line says so")
    func failedReopening() throws {
        let inner = folder.file("inner")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        let writer = try LogWriter.make(access: .file(inner + "/access"), error: try file("error"))
        try FileManager.default.moveItem(atPath: inner, toPath: folder.file("moved"))
        writer.reopen()
        fill(AccessLogBuffer(writer), lines: 3)
        #expect(writer.close(timeout: .seconds(10)))
        #expect(try folder.lines("moved/access").count == 3)
        #expect(
            try folder.objects("error").map { $0["message"] as? String } == [
                "cannot open the log \(inner)/access: No such file or directory; the file that was open before stays in use"
            ])
        #expect(writer.statistics.reopenFaults == 1)
    }

    @Test("A file that cannot be opened at the start is an error that names it")
    func failedOpening() {
        let path = folder.file("none/access")
        #expect(throws: LogFileError(place: path, code: ENOENT)) { try LogWriter.make(access: .file(path)) }
        #expect(
            LogFileError(place: path, code: ENOENT).description
                == "cannot open the log \(path): No such file or directory")
    }

    @Test("A named pipe without a reader is an error at the start, not a wait")
    func namedPipe() throws {
        let path = folder.file("pipe")
        try #require(unsafe mkfifo(path, 0o600) == 0)
        #expect(throws: LogFileError(place: path, code: ENXIO)) { try LogWriter.make(audit: .file(path)) }
    }

    @Test("Two logs in one file are one sink: lines never run into each other")
    func sharedFile() throws {
        let path = folder.file("all")
        let writer = try LogWriter.make(access: .file(path), audit: .file(path), bufferBytes: 4 << 20)
        let buffer = AccessLogBuffer(writer)
        let audit = AuditLog(writer)
        for _ in 0..<200 {
            fill(buffer, lines: 10)
            audit.record(AuditEvent(.sessionIssued, sid: "s"))
        }
        #expect(writer.close(timeout: .seconds(10)))
        let objects = try folder.objects("all")
        #expect(objects.count == 2200)
        #expect(objects.count { $0["event"] != nil } == 200)
    }

    @Test("Lines handed over after the end are counted, not written")
    func afterEnd() throws {
        let writer = try LogWriter.make(access: .file(folder.file("access")), audit: .file(folder.file("audit")))
        #expect(writer.close(timeout: .seconds(10)))
        fill(AccessLogBuffer(writer), lines: 2)
        AuditLog(writer).record(AuditEvent(.sessionIssued))
        #expect(writer.statistics.accessDropped == 2)
        #expect(writer.statistics.auditLost == 1)
        #expect(try folder.lines("access").isEmpty)
    }

    @Test("Several threads may hand over at once, and each line arrives whole and once")
    func threads() async throws {
        let writer = try LogWriter.make(
            access: .file(folder.file("access")), audit: .file(folder.file("audit")), bufferBytes: 4 << 20)
        let audit = AuditLog(writer)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    let buffer = AccessLogBuffer(writer)
                    for number in 0..<500 {
                        var entry = AccessLogEntry(time: sampleTime)
                        entry.bytesIn = Int64(task * 500 + number)
                        buffer.append(entry)
                        if number % 50 == 0 { writer.reopen() }
                        audit.record(AuditEvent(.sessionIssued, sid: "\(task)-\(number)"))
                    }
                    buffer.flush()
                }
            }
        }
        #expect(writer.close(timeout: .seconds(10)))
        #expect(Set(try folder.objects("access").compactMap { $0["bytes_in"] as? Int }) == Set(0..<2000))
        #expect(Set(try folder.objects("audit").compactMap { $0["sid"] as? String }).count == 2000)
        #expect(try folder.lines("access").count == 2000)
    }

    /// A file in the folder, open for writing; the descriptor lasts as long as the process.
    private func file(_ name: String) throws -> CInt {
        let descriptor = unsafe open(folder.file(name), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        return descriptor
    }

    private func openFull() throws -> CInt {
        let descriptor = unsafe open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        return descriptor
    }
}
