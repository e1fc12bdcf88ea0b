internal import Foundation
internal import Synchronization

/// A real Redis for a test: Debian's `redis-server` in a folder of its own, on a free port of the loopback address and
/// on a Unix socket, stopped by its process identifier and removed with its folder when the last reference goes.
///
/// Safe to share: its mutable state is behind a mutex.
public final class RedisServer: Sendable {
    /// Its folder; what it persists lies here and survives ``restart()``.
    public var folder: String { place.path }
    /// Its TCP port on 127.0.0.1.
    public let port: UInt16
    /// Its Unix socket.
    public var socketPath: String { folder + "/redis.sock" }
    /// Its URL over TCP.
    public var url: String { "\(tls == nil ? "redis" : "rediss")://127.0.0.1:\(port)" }
    /// Its URL over the Unix socket.
    public var unixURL: String { "unix://\(socketPath)" }

    private let place: TemporaryFolder
    private let options: [String]
    private let tls: RedisTLSFiles?
    private let process = Mutex<RedisProcess?>(nil)

    /// Starts a server and waits until it accepts connections.
    ///
    /// - Parameter options: further words of its command line, such as `["--maxmemory", "4mb"]`. Without them it
    ///   persists nothing and never evicts.
    /// - Parameter tls: with which it speaks TLS, and nothing else over TCP.
    public init(_ options: [String] = [], tls: RedisTLSFiles? = nil) throws {
        self.options = options + (tls?.options ?? [])
        self.tls = tls
        place = try TemporaryFolder("sallyport-redis")
        // Redis cannot say which port it got, so a free one is looked for; should another program take it in between,
        // the next one is tried.
        var attempt = 0
        while true {
            let port = try FreePort.find()
            do {
                let started = try RedisProcess(
                    Self.words(port: port, folder: place.path, options: self.options, usesTLS: tls != nil))
                self.port = port
                process.withLock { $0 = started }
                return
            } catch {
                attempt += 1
                guard attempt < 5 else { throw error }
            }
        }
    }

    deinit { process.withLock { $0?.end(SIGKILL) } }

    /// Stops the process where it is (SIGSTOP), and returns when it has stopped: its port stays open and nobody answers.
    public func pause() throws { try running { try $0.pause() } }

    /// Lets a paused process go on (SIGCONT).
    public func resume() throws { try running { $0.signal(SIGCONT) } }

    /// Ends it with SIGKILL, and returns when it is gone.
    public func kill() { end(SIGKILL) }

    /// Ends it with SIGTERM, so that it persists what it is configured to, and returns when it is gone.
    public func stop() { end(SIGTERM) }

    /// Starts it again, on the same port and in the same folder, after ``kill()`` or ``stop()``.
    public func start() throws {
        let started = try RedisProcess(
            Self.words(port: port, folder: folder, options: options, usesTLS: tls != nil))
        process.withLock { $0 = started }
    }

    /// Ends it with SIGTERM and starts it again.
    public func restart() throws {
        stop()
        try start()
    }

    /// Runs one command through `redis-cli`, as a second opinion on what is in there; its answer as printed without
    /// decoration.
    @discardableResult
    public func command(_ words: String...) throws -> String { try command(words: words) }

    /// Runs one command, given as a list of words.
    @discardableResult
    public func command(words: [String]) throws -> String { try RedisClient.run(["-s", socketPath], words) }

    private func running(_ body: (RedisProcess) throws -> Void) throws {
        try process.withLock { process in
            guard let process else { throw RedisServerError(reason: "the server does not run") }
            try body(process)
        }
    }

    private func end(_ signal: CInt) {
        process.withLock { process in
            process?.end(signal)
            process = nil
        }
    }

    private static func words(port: UInt16, folder: String, options: [String], usesTLS: Bool) -> [String] {
        ["redis-server"] + (usesTLS ? ["--port", "0", "--tls-port"] : ["--port"]) + [
            String(port), "--bind", "127.0.0.1", "--unixsocket", folder + "/redis.sock",
            "--dir", folder, "--save", "", "--appendonly", "no", "--daemonize", "no", "--logfile", "",
            "--maxmemory-policy", "noeviction",
        ] + options
    }
}
