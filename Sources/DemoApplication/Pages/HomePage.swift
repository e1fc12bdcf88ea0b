/// The page of a signed-in user: what the application was told, and experiments with the gate.
struct HomePage {
    /// Who is calling.
    var identity: DemoIdentity
    /// The request's fields as received.
    var fields: [DemoField]
    /// What the experiment with the stolen token has to wait for.
    var rotationGraceSeconds: Int64

    /// The page.
    var html: String {
        PageLayout.html(
            title: "\(identity.name) · Sallyport demo",
            corner: corner,
            content: """
                <section class="hero signed-in">
                <h1>You are through the gate, \(HTMLText.escaped(identity.name.prefix { $0 != " " })).</h1>
                <p>This application checks no token and keeps no session. Everything it knows about you stands in the
                headers below.</p>
                \(PageLayout.way)
                </section>
                <div class="columns">
                \(headerTable)
                \(sessionCard)
                </div>
                <h2 class="divider">Try to break it</h2>
                <noscript><p class="failure">The experiments need JavaScript. Signing in and out does
                not.</p></noscript>
                <div class="experiments">
                \(Experiments.html(identity: identity, rotationGraceSeconds: rotationGraceSeconds))
                </div>
                """,
            hasScript: true)
    }

    private var corner: String {
        """
        <div class="who"><span class="avatar" aria-hidden="true">\(HTMLText.escaped(identity.name.prefix(1)))</span>
        <span class="name">\(HTMLText.escaped(identity.name))</span>
        <form method="post" action="/.sallyport/logout"><input type="hidden" name="return_to" value="/">
        <button class="quiet">Sign out</button></form></div>
        """
    }

    private var headerTable: String {
        let others = fields.filter { !DemoIdentity.isIdentity($0) }
        return """
            <section class="card headers">
            <h2>What this application received</h2>
            <p>These were set by the gate, whatever the client sent under their names.</p>
            <table>
            <tbody>
            \(rows(of: fields.filter(DemoIdentity.isIdentity), kind: "identity"))
            </tbody>
            </table>
            <details>
            <summary>The other \(others.count) headers of this request</summary>
            <table>
            <tbody>
            \(rows(of: others, kind: "plain"))
            </tbody>
            </table>
            </details>
            </section>
            """
    }

    private func rows(of fields: [DemoField], kind: String) -> String {
        fields.map { field in
            "<tr class=\"\(kind)\"><th scope=\"row\">\(HTMLText.escaped(field.name))</th>"
                + "<td>\(HTMLText.escaped(field.text))</td></tr>"
        }
        .joined(separator: "\n")
    }

    private var sessionCard: String {
        let roles = identity.roles.map { "<span class=\"chip\">\(HTMLText.escaped($0))</span>" }.joined(separator: " ")
        return """
            <section class="card session">
            <h2>The session</h2>
            <dl>
            <dt>User</dt><dd><b>\(HTMLText.escaped(identity.user))</b> \(roles)</dd>
            <dt>Session</dt><dd><code>\(HTMLText.escaped(identity.session))</code></dd>
            <dt>Generation</dt><dd><span id="generation">\(HTMLText.escaped(identity.generation))</span>
            <small>counts how often the tokens were replaced</small></dd>
            <dt>Access token</dt><dd><progress id="access-life" value="0" max="1"></progress>
            <span id="access-left">asks the gate …</span></dd>
            <dt>Refresh token</dt><dd><span id="refresh-left">asks the gate …</span></dd>
            </dl>
            <p class="hint">From <code>GET /.sallyport/session</code>. When the access token has run out, your next
            request brings a new one along; you will not notice.</p>
            </section>
            """
    }
}
