internal import Admin
internal import AuthProxy
internal import SallyportConfiguration
internal import EventIO
internal import Glibc
internal import Logging

/// A process that is the proxy: starts the server, and follows signals on its main thread until one of them ends it.
struct ProxyProcess {
    /// Reads the configuration, at the start and for each reload.
    private let load: () throws(ConfigurationProblems) -> ProxyConfiguration
    /// Called when the server listens, with its addresses.
    private let ready: ([String]) -> Void

    init(
        load: @escaping () throws(ConfigurationProblems) -> ProxyConfiguration,
        ready: @escaping ([String]) -> Void = { _ in }
    ) {
        self.load = load
        self.ready = ready
    }

    /// Runs the proxy to its end.
    ///
    /// - Throws: `ConfigurationProblems` and ``CommandFailure`` for what keeps it from starting.
    func run() throws {
        // Before any thread is there: all of them leave the signals to this one.
        let signals = ProcessSignals.block()
        ProcessDescriptors.prepare()
        let configuration = try load()
        let writer: LogWriter
        do throws(LogFileError) {
            writer = try LogWriter(configuration.logging)
        } catch {
            throw CommandFailure.no("\(error)")
        }
        let log = ProxyLog(writer, level: Logger.Level(rawValue: configuration.logging.level) ?? .info)
        let logger = log.logger("proxy")
        let sentences = StoreSentences { logger.warning("\($0)") }
        let server: ProxyServer
        do {
            try EvictionCheck.run(configuration.store, logger, sentences)
            server = try ProxyServer(configuration, ProxyParts.make(writer, logger, sentences))
        } catch {
            writer.close(timeout: .seconds(1))
            throw Self.failure(error)
        }
        let admin: AdminServer?
        do {
            admin = try configuration.admin.map { try AdminServer($0, of: server, version: ProductVersion.current) }
        } catch {
            server.stop()
            writer.close(timeout: .seconds(1))
            throw Self.failure(error)
        }
        if let admin { logger.notice("serving metrics", metadata: ["address": "\(admin.address)"]) }
        // It lives to the very end: somebody may want to see how a drain goes.
        defer { admin?.stop() }
        for address in server.addresses { logger.notice("listening", metadata: ["address": "\(address)"]) }
        ready(server.addresses)
        try follow(signals, server, writer, log, logger, sentences)
    }

    private static func failure(_ error: any Error) -> CommandFailure {
        (error as? CommandFailure) ?? .no("\(error)")
    }

    private func follow(
        _ signals: ProcessSignals, _ server: ProxyServer, _ writer: LogWriter, _ log: ProxyLog, _ logger: Logger,
        _ sentences: StoreSentences
    ) throws {
        var isEnding = false
        while true {
            switch signals.next() {
            case .reload: reload(server, writer, log, logger, sentences)
            case .end where isEnding:
                logger.notice("ending at once")
                writer.close(timeout: .seconds(1))
                exit(0)
            case .end:
                isEnding = true
                let timeout = server.configuration.drainTimeoutSeconds
                logger.notice("draining", metadata: ["timeout_seconds": "\(timeout)"])
                // The drain has a thread of its own, so that a second signal is heard.
                try SystemThread(name: "drain") {
                    let isDrained = server.drain(timeout: .milliseconds(Int(timeout * 1000)))
                    logger.notice("\(isDrained ? "drained" : "the time to drain is over: connections were cut")")
                    writer.close(timeout: .seconds(5))
                    exit(0)
                }.detach()
            }
        }
    }

    /// What was opened at the start stays open: a change of it is told, so that nobody takes silence for consent.
    private static func tellWhatStays(_ old: ProxyConfiguration, _ new: ProxyConfiguration, _ logger: Logger) {
        var keys: [String] = []
        if old.workers != new.workers { keys.append("workers") }
        if old.admin != new.admin { keys.append("admin") }
        if old.limits.verifiedTokens != new.limits.verifiedTokens { keys.append("limits.verified_tokens") }
        if old.logging.format != new.logging.format { keys.append("logging.format") }
        if old.logging.access != new.logging.access { keys.append("logging.access") }
        if old.logging.audit != new.logging.audit { keys.append("logging.audit") }
        guard !keys.isEmpty else { return }
        logger.warning("some keys follow at the next start only", metadata: ["keys": "\(keys.joined(separator: ", "))"])
    }

    private func reload(
        _ server: ProxyServer, _ writer: LogWriter, _ log: ProxyLog, _ logger: Logger, _ sentences: StoreSentences
    ) {
        writer.reopen()
        do {
            let configuration = try load()
            try EvictionCheck.run(configuration.store, logger, sentences)
            Self.tellWhatStays(server.configuration, configuration, logger)
            try server.reload(configuration)
            log.level = Logger.Level(rawValue: configuration.logging.level) ?? .info
            logger.notice("the new configuration is in force")
        } catch let refusal as ConfigurationProblems {
            for problem in refusal.problems { logger.error("\(problem)") }
            logger.error("the old configuration stays in force")
        } catch let failure as CommandFailure {
            logger.error("the old configuration stays in force: \(failure.message ?? "")")
        } catch {
            logger.error("the old configuration stays in force: \(error)")
        }
    }
}
