import Foundation
import SallyportTesting
import Testing

@Suite("sallyport serve", .threadOfItsOwn, .timeLimit(.minutes(2)))
struct ServeCommandTests {
    @Test("A configuration with problems does not start, and each problem is told")
    func refuses() throws {
        let folder = try TestFolder()
        let run = try CommandRun("serve", "--config", try folder.write("s.yaml", "workers: 0\n"))
        #expect(run.code == 1)
        #expect(run.output == "")
        #expect(run.errors.split(separator: "\n").count == 5)
    }

    @Test("SIGHUP takes over a good file, keeps the old one instead of a bad one, and tells what waits for a start")
    func reload() throws {
        let gate = try Gate(logging: "{format: human}")
        let serve = try ProcessUnderTest(
            CommandRun.binary(), ["serve", "--config", gate.configuration],
            environment: .inherited(gate.environment))
        defer { serve.kill() }
        #expect(serve.waitForErrorLine(containing: "listening") != nil)
        let text = try String(contentsOfFile: gate.configuration, encoding: .utf8)
        _ = try gate.folder.write("sallyport.yaml", text.replacing("routes:", with: "rutes:"))
        serve.signal(SIGHUP)
        #expect(serve.waitForErrorLine(containing: "rutes: is no known key") != nil)
        #expect(serve.waitForErrorLine(containing: "the old configuration stays in force") != nil)
        _ = try gate.folder.write("sallyport.yaml", "workers: 7\nlimits: {verified_tokens: 8}\n" + text)
        serve.signal(SIGHUP)
        #expect(serve.waitForErrorLine(containing: "the new configuration is in force") != nil)
        let told = serve.waitForErrorLine(containing: "follow at the next start only")
        #expect(told?.contains("workers, limits.verified_tokens") == true, "\(told ?? "nothing")")
        serve.signal(SIGTERM)
        #expect(serve.waitForEnd() == .exited(0))
    }

    @Test("An address that this machine does not have is told, with exit code 1")
    func address() throws {
        let gate = try Gate()
        let text = try String(contentsOfFile: gate.configuration, encoding: .utf8)
        _ = try gate.folder.write("sallyport.yaml", text.replacing("127.0.0.1:0", with: "192.0.2.1:80"))
        let run = try gate.run("serve")
        #expect(run.code == 1)
        #expect(run.errors.contains("192.0.2.1"))
    }

    @Test("A store that cannot be opened is exit code 3")
    func store() throws {
        let run = try Gate(store: "sqlite:/proc/nowhere/a.db").run("serve")
        #expect(run.code == 3)
    }
}
