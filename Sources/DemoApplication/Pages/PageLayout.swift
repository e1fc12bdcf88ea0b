/// What all pages share: the frame around their content.
enum PageLayout {
    /// A whole page.
    ///
    /// - Parameters:
    ///   - corner: what stands at the right of the top bar, as HTML.
    ///   - content: the page, as HTML.
    ///   - hasScript: whether the page has experiments.
    static func html(title: String, corner: String = "", content: String, hasScript: Bool = false) -> String {
        let script = hasScript ? "\n<script src=\"\(Asset.script.rawValue)\" defer></script>" : ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(HTMLText.escaped(title))</title>
            <link rel="icon" href="\(Asset.icon.rawValue)">
            <link rel="stylesheet" href="\(Asset.styleSheet.rawValue)">\(script)
            </head>
            <body>
            <header class="bar">
            <a class="brand" href="/">\(Emblem.inline)<b>Sallyport</b><span>demo</span></a>
            \(corner)
            </header>
            <main>
            \(content)
            </main>
            </body>
            </html>

            """
    }

    /// The way of a request in three steps: the picture that explains the product.
    static let way = """
        <ol class="way">
        <li><small>Browser</small><b>holds two cookies</b><span>HttpOnly: no script can read them, no page ever sees a
        token.</span></li>
        <li class="gate"><small>Sallyport</small><b>checks and renews</b><span>Verifies the token, replaces it when it
        is due, strips forged headers, adds true ones.</span></li>
        <li><small>Application</small><b>reads a header</b><span><code>X-User-Id</code> says who is calling. There is
        no login code beyond the password.</span></li>
        </ol>
        """
}
