/// The experiments of the home page; their scripts are in `Scripts/`. Their buttons are disabled until the script is
/// there: before, or without it, a click would be lost, or send a form of hidden fields to the address bar.
enum Experiments {
    /// All of them, as HTML.
    static func html(identity: DemoIdentity, rotationGraceSeconds: Int64) -> String {
        [expiry, forgery, echo, theft(identity, rotationGraceSeconds), everywhere].joined(separator: "\n")
    }

    private static let expiry = """
        <article class="card wide" id="expiry">
        <h3>Fifty requests with an expired token</h3>
        <p>Where each request refreshes for itself, one wins and the others sign you out. This gate makes one rotation
        and serves all fifty with it.</p>
        <div class="buttons"><button data-run="wait" disabled>Let it expire, then send 50</button>
        <button class="quiet" data-run="now" disabled>Send 50 now</button></div>
        <ol class="dots" aria-hidden="true"></ol>
        <p class="result" role="status"></p>
        <p class="hint">A browser sends about six at a time; the terminal shows a line for curl that sends all fifty at
        once.</p>
        </article>
        """

    private static let forgery = """
        <article class="card" id="forgery">
        <h3>Pretend to be somebody else</h3>
        <p>Sends <code>X-User-Id: mallory</code> and <code>X-User-Roles: root</code> along with your cookies.</p>
        <div class="buttons"><button data-run="forge" disabled>Send forged headers</button></div>
        <ol class="steps"></ol>
        <p class="result" role="status"></p>
        </article>
        """

    /// The account's password is on the login page; the experiment signs in once more, as a second device would.
    private static func theft(_ identity: DemoIdentity, _ graceSeconds: Int64) -> String {
        let account = DemoAccount.named(identity.user) ?? DemoAccount.all[0]
        return """
            <article class="card" id="theft" data-grace="\(graceSeconds)">
            <h3>Replay a stolen refresh token</h3>
            <p>Your own cookies cannot be read, so this signs in a second device as
            \(HTMLText.escaped(account.username)), steals <em>its</em> token and uses it a second time.</p>
            <form><input type="hidden" name="username" value="\(HTMLText.escaped(account.username))">
            <input type="hidden" name="password" value="\(HTMLText.escaped(account.password))">
            <div class="buttons"><button data-run="steal" disabled>Steal and replay</button></div></form>
            <ol class="steps"></ol>
            <p class="result" role="status"></p>
            </article>
            """
    }

    private static let echo = """
        <article class="card" id="echo">
        <h3>A WebSocket through the gate</h3>
        <p>Opens with a token of its own in the subprotocol. The application echoes, and never sees the token.</p>
        <form class="line"><input name="text" value="Who goes there?" aria-label="Message" autocomplete="off">
        <button data-run="send" disabled>Send</button></form>
        <ol class="steps"></ol>
        <p class="result" role="status"></p>
        </article>
        """

    private static let everywhere = """
        <article class="card" id="everywhere">
        <h3>Sign out everywhere</h3>
        <p>Ends every session of yours, on all devices, at once. A cookie that somebody kept is worth nothing
        afterwards. This one needs no script: it is a form.</p>
        <form method="post" action="/.sallyport/logout-everywhere"><input type="hidden" name="return_to" value="/">
        <div class="buttons"><button class="danger">Sign out everywhere</button></div></form>
        </article>
        """
}
