internal import ArgumentParser
internal import SallyportConfiguration
internal import DemoApplication
internal import EventIO
internal import Glibc

/// `sallyport demo`: the proxy with an application behind it, on the embedded store, without a configuration.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the proxy with a demo application behind it.",
        discussion: """
            Needs no configuration: the secret is made at the first start and kept, with the sessions and the audit log \
            (audit.jsonl), in a private folder. Open the address that it prints, or try the lines for curl. SIGTERM or \
            Ctrl-C ends it.
            """)

    @Option(help: ArgumentHelp("The port on 127.0.0.1 where clients connect; 0 takes any free one.", valueName: "port"))
    var port: UInt16 = 8080

    @Option(help: ArgumentHelp("The private folder for secret, sessions and audit log.", valueName: "folder"))
    var stateDirectory = "state"

    @Option(
        help: ArgumentHelp("How long an access token lives: short, so that you see one expire.", valueName: "seconds"))
    var accessTokenExpireSeconds = DemoConfiguration.accessTokenExpireSeconds

    @Option(
        help: ArgumentHelp(
            "Where tokens are kept.",
            discussion: "memory:, sqlite:PATH or redis://HOST:PORT. Without it, one file in the state folder.",
            valueName: "url"))
    var store: String?

    @Flag(help: "Run only the application, for a gate that somebody else starts; it needs --listen.")
    var applicationOnly = false

    @Option(
        help: ArgumentHelp(
            "Where the application alone listens.",
            discussion: "It believes the identity headers that it gets: only the gate may reach it.",
            valueName: "host:port"))
    var listen: NumericAddress?

    func validate() throws {
        guard accessTokenExpireSeconds >= 1 else {
            throw ValidationError("--access-token-expire-seconds is at least 1.")
        }
        guard !stateDirectory.isEmpty else { throw ValidationError("--state-directory names no folder.") }
        guard applicationOnly == (listen != nil) else {
            throw ValidationError("--application-only and --listen HOST:PORT belong together.")
        }
    }

    func run() throws {
        // Secret, sessions and logs are nobody else's business.
        _ = umask(0o077)
        // Before any thread is there: all of them leave the signals to this one.
        let signals = ProcessSignals.block()
        if let listen {
            let application = try DemoApplicationThread(at: listen.address)
            StandardOutput.writeLine("The demo application listens at \(application.address).")
            while signals.next() != .end {}
            return application.end()
        }
        try runGate()
    }

    private func runGate() throws {
        let state: StateFolder
        do throws(StateFolderError) { state = try StateFolder(at: stateDirectory) } catch {
            throw CommandFailure.no("\(error)")
        }
        guard PortProbe.isFree(port) else {
            throw CommandFailure.no("port \(port) is taken: name another with --port")
        }
        let application = try DemoApplicationThread(at: SocketAddress(.ipv4(0x7f00_0001, port: 0)))
        defer { application.end() }
        let configuration = DemoConfiguration.make(
            listener: .tcp(host: "127.0.0.1", port: port),
            application: .tcp(host: "127.0.0.1", port: application.address.port ?? 0), state: state,
            accessTokenExpireSeconds: accessTokenExpireSeconds, storeURL: store)
        let process = ProxyProcess(
            load: { () throws(ConfigurationProblems) in configuration },
            ready: { addresses in
                for address in addresses { StandardOutput.writeLine(DemoGreeting.text(address: address, state: state)) }
            })
        try process.run()
    }
}
