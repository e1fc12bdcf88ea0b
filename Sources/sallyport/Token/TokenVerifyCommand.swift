internal import ArgumentParser
internal import SallyportConfiguration
internal import Tokens

/// `sallyport token verify`.
struct TokenVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify tokens.",
        discussion: """
            With --config a token is judged as the proxy would judge it, revocation included; its binding is looked at \
            only where --client-address or --user-agent says which client presents it, and then whole. With --keys or \
            --secret-env keys and rules decide alone.

            Prints one JSON object a token: {"valid":true,"claims":{…}}, or {"valid":false,"code":"…","message":"…"}. \
            The exit code is 1 for a token that is not valid, and 3 where nobody can say because the store or the key server \
            of its issuer does not answer; with --stdin it is 0 when every line was judged. The keys of a foreign issuer are \
            fetched once, when the first of its tokens is met.
            """)

    @OptionGroup var argument: TokenArgument

    @Flag(help: "Verify many: one token a line in, one answer a line out, in order.")
    var stdin = false

    @OptionGroup(title: "Keys") var source: KeySourceOptions
    @OptionGroup(title: "Rules") var rules: VerificationRuleOptions
    @OptionGroup(title: "Client (with --config; without both, the binding is not looked at)") var client: ClientOptions

    func validate() throws {
        if stdin, argument.token != nil { throw ValidationError("--stdin reads the tokens: leave the argument out.") }
        if source.config == nil, client.isGiven {
            throw ValidationError("--client-address and --user-agent go with --config: a binding needs its keys.")
        }
        if source.config != nil, rules.signatureOnly || !source.algorithms.isEmpty {
            throw ValidationError("--signature-only and --algorithm go with --keys and --secret-env.")
        }
    }

    func run() async throws {
        if let path = source.config {
            try await run(with: try ConfigurationOptions.load(path))
        } else {
            let judge = TokenJudge(
                keys: try source.keys(),
                allowedAlgorithms: source.algorithms.isEmpty ? nil : Set(source.algorithms), demands: rules.demands)
            try await answer { bytes in judge.judge(bytes.span) }
        }
    }

    /// With the proxy's keys, rules and store.
    private func run(with configuration: ProxyConfiguration) async throws {
        let clock = rules.clock
        try await ManagerSession.run(
            configuration, clock: clock, adjust: { rules.apply(to: &$0, checksBinding: client.isGiven) },
            { manager in
                let judge = StoreJudge(manager: manager, types: rules.type.types, client: client.identity)
                try await answer { bytes in try await judge.judge(bytes) }
            })
    }

    /// Answers one token, or each line of the input.
    private func answer(_ judge: ([UInt8]) async throws -> TokenJudgement) async throws {
        guard stdin else {
            let answer = try await judge(Array(try argument.text().utf8))
            StandardOutput.writeLine(answer.json)
            if case .invalid(.issuerUnavailable) = answer { throw CommandFailure.issuerUnavailable }
            guard answer.isValid else { throw CommandFailure.no(nil) }
            return
        }
        var input = StandardInput()
        var waiting: [UInt8] = []
        while let line = try input.next() {
            let answer =
                switch line {
                case .bytes(let bytes): try await judge(bytes)
                case .tooLong: TokenJudgement.invalid(.malformed("the line has more than \(StandardInput.limit) bytes"))
                }
            waiting.append(contentsOf: answer.json.utf8)
            waiting.append(UInt8(ascii: "\n"))
            // One call for many answers, and none waits for long behind input that is slow to come.
            if waiting.count > 32_768 || !input.hasLine {
                StandardOutput.write(waiting)
                waiting.removeAll(keepingCapacity: true)
            }
        }
        StandardOutput.write(waiting)
    }
}
