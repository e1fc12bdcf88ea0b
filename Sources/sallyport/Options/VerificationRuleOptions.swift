internal import ArgumentParser
internal import Tokens

/// What a token has to claim to be valid.
struct VerificationRuleOptions: ParsableArguments {
    @Option(help: "The type that is expected: access, refresh, websocket, or any.")
    var type: ExpectedType = .any

    @Option(
        help: ArgumentHelp(
            "The issuer that is expected; without it, that of the configuration, or any.", valueName: "iss"))
    var issuer: String?

    @Option(
        help: ArgumentHelp(
            "The audience that is expected; without it, that of the configuration, or none.", valueName: "aud"))
    var audience: String?

    @Option(
        help: ArgumentHelp(
            "Tolerance between clocks; without it, that of the configuration, or 0.", valueName: "seconds"))
    var leeway: Int64?

    @Option(
        help: ArgumentHelp("The time to judge at, in seconds since the epoch; without it, now.", valueName: "unixtime"))
    var now: Int64?

    @Flag(help: "Judge the signature, not the claims.")
    var signatureOnly = false

    func validate() throws {
        if let leeway, leeway < 0 || leeway > 86_400 { throw ValidationError("--leeway is from 0 to 86400.") }
        if let now, now < 0 || now > 253_402_300_799 { throw ValidationError("--now is no time from 1970 to 9999.") }
    }

    /// What tells the time.
    var clock: WallClock {
        guard let now else { return .system }
        return WallClock { now }
    }

    /// For keys and rules alone.
    var demands: TokenDemands {
        TokenDemands(
            type: TokenType(rawValue: type.rawValue), issuer: issuer, audience: audience, leewaySeconds: leeway ?? 0,
            clock: clock, signatureOnly: signatureOnly)
    }

    /// For the proxy's settings, which hold where nothing else is said.
    func apply(to settings: inout TokenSettings, checksBinding: Bool) {
        if let issuer { settings.issuer = issuer }
        if let audience { settings.audience = audience }
        if let leeway { settings.leewaySeconds = leeway }
        if !checksBinding { settings.binding = BindingRules(address: .off, userAgent: .off) }
    }
}
