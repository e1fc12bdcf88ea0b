import Foundation
import SallyportTesting

/// `sallyport serve` as its own process, in front of a test's application.
struct ServeProcess {
    static let secret = "0123456789abcdef0123456789abcdef"

    let process: ProcessUnderTest
    /// Where it listens; a port that nobody answers on if it did not start.
    let address: SocketAddress
    let folder: TestFolder
    let origin: TestOrigin
    /// The file it reads its configuration from.
    var configurationFile: String { folder.path + "/sallyport.yaml" }

    /// Starts it and waits until it listens, or has ended.
    ///
    /// - Parameters:
    ///   - store: the URL of its store; a SQLite file in the folder if nil.
    ///   - more: further sections of the configuration.
    ///   - tokens: the section of that name.
    init(
        in folder: TestFolder, origin: TestOrigin, store: String? = nil, more: String = "",
        tokens: String = "{secret: {env: JWT_SECRET_KEY}}",
        secret: String? = ServeProcess.secret
    ) throws {
        self.folder = folder
        self.origin = origin
        try folder.write(
            Self.configuration(
                origin: origin, store: store ?? "sqlite:\(folder.path)/sallyport.db", more: more,
                tokens: tokens),
            to: "sallyport.yaml")
        process = try ProcessUnderTest(
            BuiltProgram.path("sallyport"), ["serve", "--config", folder.path + "/sallyport.yaml"],
            environment: .inherited(["JWT_SECRET_KEY": secret, "JWT_ALGORITHM": nil, "SWIFT_BACKTRACE": "enable=no"]))
        let line = process.waitForErrorLine(containing: "\"listening\"") ?? ""
        let port = line.split(separator: "127.0.0.1:").last.flatMap { UInt16($0.prefix { $0.isNumber }) }
        address = .local(port ?? 1)
    }

    /// Whether it has started.
    var isReady: Bool { address.port != 1 && process.isRunning }

    static func configuration(
        origin: TestOrigin, store: String, more: String = "", tokens: String = "{secret: {env: JWT_SECRET_KEY}}"
    ) -> String {
        """
        workers: 1
        listeners: [{address: "127.0.0.1:0"}]
        tokens: \(tokens)
        store: {url: "\(store)"}
        upstreams: {shop: {endpoints: ["127.0.0.1:\(origin.address.port)"]}}
        routes:
          - {match: {path_prefix: /public}, upstream: shop, authentication: none}
          - {match: {path_prefix: /login}, upstream: shop, authentication: none, may_issue_sessions: true}
          - match: {path_prefix: /}
            upstream: shop
            login_url: /login
            identity_headers: {X-User-Id: sub}
        \(more)
        """
    }

    /// An application that signs in on `/login`, waits for the gate on `/public/slow`, and echoes everything else.
    static func application(gate: Gate? = nil) throws -> TestOrigin {
        try TestOrigin { exchange in
            let request = try exchange.readBody()
            switch request.target {
            case "/login": try exchange.perform(.response(200, [("Sallyport-Issue-Session", request.text)]))
            case "/public/slow":
                try gate?.wait()
                try exchange.perform(.echo(request))
            default: try exchange.perform(.echo(request))
            }
        }
    }

    /// Signs in and gives the `Cookie` field's value.
    func signIn(as user: String = "alice") throws -> String {
        let answer = try RawClient(address).exchange("POST", "/login", [], body: #"{"sub":"\#(user)"}"#)
        var jar = CookieJar()
        jar.take(answer, now: 0)
        guard let cookies = jar.header(now: 0) else { throw SocketFailure.malformed("no session: \(answer)") }
        return cookies
    }
}
