/// A page that says one thing.
struct MessagePage {
    /// The heading.
    var title: String
    /// What there is to say.
    var sentence: String

    /// The page.
    var html: String {
        PageLayout.html(
            title: "\(title) · Sallyport demo",
            content: """
                <section class="hero">
                <h1>\(HTMLText.escaped(title))</h1>
                <p>\(HTMLText.escaped(sentence)) <a href="/">Back to the page</a></p>
                </section>
                """)
    }
}
