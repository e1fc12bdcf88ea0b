/// The dashboard's page; the figures come by ``DashboardScript``, which reads `/metrics`.
enum DashboardPage {
    /// The page.
    static func text(version: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Sallyport</title>
        <link rel="stylesheet" href="/dashboard.css">
        <script src="/dashboard.js" defer></script>
        <header>
          <h1>Sallyport <small>\(version.escapedForHTML)</small></h1>
          <p id="state" role="status">…</p>
        </header>
        <main>
          <section class="tiles" aria-label="Now">
            <article><h2>Requests a second</h2><output id="rate">–</output><svg id="spark-rate" aria-hidden="true"></svg></article>
            <article><h2>Median, 99th percentile</h2><output id="latency">–</output><svg id="spark-latency" aria-hidden="true"></svg></article>
            <article><h2>Refused a second</h2><output id="refused">–</output><svg id="spark-refused" aria-hidden="true"></svg></article>
            <article><h2>Connections</h2><output id="connections">–</output><svg id="spark-connections" aria-hidden="true"></svg></article>
          </section>
          <section class="columns">
            <article><h2>Verdicts</h2><div id="verdicts" class="bars"></div></article>
            <article><h2>How long it takes</h2>
              <table><thead><tr><th scope="col">Phase<th scope="col">Median<th scope="col">p90<th scope="col">p99<th scope="col">Times</thead>
              <tbody id="phases"></tbody></table>
            </article>
            <article><h2>Sessions</h2><div id="sessions" class="facts"></div>
              <form action="/sessions"><label>Sessions of <input name="user" required autocomplete="off" placeholder="user"></label>
              <button>Show</button></form>
            </article>
            <article><h2>Store, loops, process</h2><div id="parts" class="facts"></div></article>
            <article class="wide"><h2>What went wrong, since the start</h2><div id="troubles" class="facts"></div></article>
          </section>
        </main>
        <footer><a href="/metrics">/metrics</a> <a href="/health">/health</a> <a href="/health/ready">/health/ready</a></footer>
        </html>

        """
    }
}
