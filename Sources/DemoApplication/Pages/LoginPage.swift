/// The page of a visitor: the form, and what happens behind it. It needs no script.
struct LoginPage {
    /// What went wrong with the attempt before.
    var message: String?

    /// The page.
    var html: String {
        let failure = message.map { "<p class=\"failure\" role=\"alert\">\(HTMLText.escaped($0))</p>\n" } ?? ""
        return PageLayout.html(
            title: "Sign in · Sallyport demo",
            content: """
                <div class="entrance">
                <section class="hero">
                <h1>An application behind the gate</h1>
                <p>Sallyport stands in front of this application. It verifies who is calling, keeps browsers signed in
                without a redirect, and tells the application who it is in headers that nobody can forge.</p>
                \(PageLayout.way)
                </section>
                <section class="card login">
                <h2>Sign in</h2>
                \(failure)<form method="post" action="/login">
                <label>Name <input name="username" autocomplete="username" autocapitalize="none" required
                autofocus></label>
                <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
                <button>Sign in</button>
                </form>
                <p class="hint">Two people live here. One click is enough:</p>
                \(accounts)
                </section>
                </div>
                """)
    }

    private var accounts: String {
        DemoAccount.all.map { account in
            let roles = account.roles.map { "<span class=\"chip\">\($0)</span>" }.joined(separator: " ")
            return """
                <form class="account" method="post" action="/login">
                <input type="hidden" name="username" value="\(account.username)">
                <input type="hidden" name="password" value="\(account.password)">
                <span><code>\(account.username)</code> / <code>\(account.password)</code> \(roles)</span>
                <button class="quiet">Enter as \(account.username)</button>
                </form>
                """
        }
        .joined(separator: "\n")
    }
}
