internal import ArgumentParser
internal import AuthProxy
internal import Tokens

/// `sallyport session issue`.
struct SessionIssueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Sign a user in and print both tokens.",
        discussion: "Prints {\"sid\":…,\"access_token\":…,\"refresh_token\":…}. The claims name the user as sub.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "The lifetime of this access token; without it, that of the configuration.",
            discussion: "Tokens that the proxy makes when it refreshes the session live as configured.",
            valueName: "seconds"))
    var expiresIn: Int64?

    @OptionGroup var client: ClientOptions

    func validate() throws {
        if let expiresIn, expiresIn < 1 { throw ValidationError("--expires-in is at least 1.") }
    }

    func run() async throws {
        let claims = try data.claims()
        guard let subject = claims["sub"]?.string, !subject.isEmpty else {
            throw CommandFailure.usage("--data names no user: write {\"sub\":\"alice\"}")
        }
        let configuration = try options.load()
        let issued = try await ManagerSession.run(
            configuration, adjust: { if let expiresIn { $0.accessTokenExpireSeconds = expiresIn } },
            { manager throws(TokenError) in
                try await manager.issueSession(subject: subject, claims: claims, client: client.identity)
            })
        OperatorAudit.record(
            [
                AuditEvent(
                    .sessionIssued, sid: issued.session, sub: issued.subject, jti: issued.access.identifier,
                    clientAddress: client.identity.address)
            ]
                + issued.endedSessions.map {
                    AuditEvent(.sessionEnded(reason: .limit), sid: $0.identifier, sub: $0.subject)
                }, configuration.logging)
        StandardOutput.writeLine(
            JSONWriter.text([
                "sid": .string(issued.session), "access_token": .string(issued.accessToken),
                "refresh_token": .string(issued.refreshToken),
            ]))
    }
}
