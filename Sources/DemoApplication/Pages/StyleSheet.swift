/// The looks of all pages: one sheet, light and dark, from the phone upwards.
enum StyleSheet {
    static let text = colours + frame + cards + content + controls + experiments + wide

    private static let colours = """
        :root {
          --ground: #f6f4ef; --surface: #fff; --ink: #1e2127; --soft: #61666f; --line: #e2ded4;
          --brass: #8a5a12; --brass-soft: #f7ecd8;
          --good: #177245; --good-soft: #e2f3e9; --bad: #b8301d; --bad-soft: #fbe7e3;
          --shadow: 0 1px 2px rgb(30 33 39 / .06), 0 4px 16px rgb(30 33 39 / .05);
          color-scheme: light dark;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #131519; --surface: #1b1e24; --ink: #e9e6df; --soft: #9ba1ab; --line: #2d3139;
            --brass: #e3b261; --brass-soft: #322817;
            --good: #55c78f; --good-soft: #173126; --bad: #ff8372; --bad-soft: #3a1d19;
            --shadow: none;
          }
        }

        """

    private static let frame = """
        *, ::before, ::after { box-sizing: border-box; }
        body {
          margin: 0; background: var(--ground); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
        }
        .bar {
          display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: .75rem 1rem;
          background: var(--surface); border-bottom: 1px solid var(--line);
        }
        .brand {
          display: flex; align-items: center; gap: .5rem; color: inherit; text-decoration: none;
          font-size: 1.1rem;
        }
        .brand span { color: var(--soft); }
        .emblem { width: 1.75rem; height: 1.75rem; color: var(--brass); }
        .who { display: flex; align-items: center; gap: .6rem; }
        .who .name { display: none; }
        .avatar {
          width: 2rem; height: 2rem; border-radius: 50%; display: grid; place-items: center; font-weight: 600;
          background: var(--brass-soft); color: var(--brass);
        }
        main { max-width: 68rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
        h1 { font-size: 1.7rem; line-height: 1.2; letter-spacing: -.015em; margin: .5rem 0; }
        h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
        h3 { font-size: 1.02rem; margin: 0 0 .35rem; }
        p { margin: 0 0 .75rem; }
        .hero > p { color: var(--soft); max-width: 44rem; }
        .divider { margin: 2rem 0 .9rem; font-size: 1.3rem; }
        code { font: .875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }

        """

    private static let cards = """
        .card {
          background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem;
          box-shadow: var(--shadow); min-width: 0;
        }
        .columns, .experiments { display: grid; gap: 1rem; }
        .way { list-style: none; margin: 1.25rem 0; padding: 0; display: grid; gap: 1.6rem; }
        .way li {
          position: relative; display: flex; flex-direction: column; background: var(--surface);
          border: 1px solid var(--line);
          border-radius: .75rem; padding: .75rem 1rem; box-shadow: var(--shadow);
        }
        .way li + li::before {
          content: "↓"; position: absolute; top: -1.6rem; left: 0; right: 0; line-height: 1.6rem; text-align: center;
          color: var(--brass); font-weight: 700;
        }
        .way .gate { border: 2px solid var(--brass); background: var(--brass-soft); }
        .way small {
          color: var(--brass); font-weight: 600; text-transform: uppercase; letter-spacing: .06em;
          font-size: .72rem;
        }
        .way span { color: var(--soft); font-size: .9rem; }
        .way .gate span { color: inherit; }

        """

    private static let content = """
        .hint, .headers > p, article > p { color: var(--soft); font-size: .92rem; }
        table { width: 100%; border-collapse: collapse; font-size: .875rem; table-layout: fixed; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-top: 1px solid var(--line); }
        th { width: 40%; font-weight: 500; color: var(--soft); }
        td { font: .85rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        .identity th {
          color: var(--brass); font-weight: 600; box-shadow: inset 3px 0 var(--brass);
          padding-left: .75rem;
        }
        .identity td { font-weight: 600; }
        .identity { background: var(--brass-soft); }
        details { margin-top: .9rem; }
        summary { cursor: pointer; color: var(--soft); font-size: .92rem; padding: .3rem 0; }
        details table { margin-top: .4rem; }
        dl { display: grid; grid-template-columns: 1fr; margin: 0; }
        dt { color: var(--soft); font-size: .85rem; }
        dd { margin: 0 0 .7rem; }
        dd small { color: var(--soft); display: block; }
        dd code { font-size: .85rem; }
        .chip {
          display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .8rem;
          background: var(--brass-soft);
          color: var(--brass); font-weight: 500;
        }
        progress {
          appearance: none; display: block; width: 100%; height: .5rem; border: 0; margin: .35rem 0;
          border-radius: 1rem;
        }
        progress, progress::-webkit-progress-bar { background: var(--line); border-radius: 1rem; }
        progress::-webkit-progress-value { background: var(--good); border-radius: 1rem; }
        progress::-moz-progress-bar { background: var(--good); border-radius: 1rem; }
        .failure {
          background: var(--bad-soft); color: var(--bad); border-radius: .5rem; padding: .6rem .8rem;
          font-weight: 500;
        }
        .account {
          display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .3rem .6rem;
          padding: .6rem 0;
          border-top: 1px solid var(--line);
        }

        """

    private static let controls = """
        form { margin: 0; }
        label { display: block; margin-bottom: .75rem; font-weight: 500; }
        input:not([type=hidden]) {
          display: block; width: 100%; font: inherit; color: inherit; background: var(--ground);
          border: 1px solid var(--line);
          border-radius: .5rem; padding: .55rem .75rem;
        }
        button {
          font: inherit; font-weight: 600; border: 1px solid var(--brass); border-radius: .5rem; padding: .5rem 1rem;
          background: var(--brass); color: var(--surface); cursor: pointer; min-height: 2.6rem;
        }
        button:hover { filter: brightness(1.1); }
        button:disabled { opacity: .5; cursor: default; filter: none; }
        button.quiet { background: transparent; color: var(--ink); border-color: var(--line); font-weight: 500; }
        article > .hint { margin: .75rem 0 0; font-size: .85rem; }
        button.danger { background: var(--bad); border-color: var(--bad); }
        :focus-visible { outline: 3px solid var(--brass); outline-offset: 2px; }
        .buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
        .login > form:not(.account) button { width: 100%; margin-bottom: 1rem; }
        .account button { font-size: .875rem; padding: .3rem .7rem; min-height: 2.2rem; }
        .line { display: flex; gap: .6rem; }
        .line input { flex: 1; min-width: 0; }

        """

    private static let experiments = """
        .dots {
          list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(10, 1fr);
          gap: .35rem;
        }
        .dots:not(:empty) { margin-top: 1rem; }
        .dots li {
          height: 2rem; border-radius: .4rem; background: var(--line); display: grid; place-items: center;
          font-size: .72rem;
          font-weight: 600; transition: background .15s;
        }
        .dots .good { background: var(--good); color: var(--surface); }
        .dots .bad { background: var(--bad); color: var(--surface); }
        .steps { list-style: none; margin: 0; padding: 0; font-size: .9rem; }
        .steps:not(:empty) { margin-top: .9rem; }
        .steps li { padding: .3rem 0 .3rem 1.6rem; position: relative; border-top: 1px solid var(--line); }
        .steps li::before { content: "·"; position: absolute; left: .35rem; font-weight: 700; color: var(--soft); }
        .steps .good::before { content: "✓"; color: var(--good); }
        .steps .bad::before { content: "✗"; color: var(--bad); }
        .result { margin: .9rem 0 0; padding: .6rem .8rem; border-radius: .5rem; }
        .result:empty { display: none; }
        article > .result { background: var(--ground); color: inherit; }
        article > .result.good { background: var(--good-soft); color: var(--good); font-weight: 500; }
        article > .result.bad { background: var(--bad-soft); color: var(--bad); font-weight: 500; }

        """

    private static let wide = """
        @media (min-width: 48rem) {
          main { padding: 2rem 1.5rem 5rem; }
          .bar { padding: .75rem 1.5rem; }
          .who .name { display: inline; }
          h1 { font-size: 2.2rem; }
          .entrance { display: grid; grid-template-columns: 5fr 4fr; gap: 2.5rem; align-items: start; }
          .columns, .experiments { gap: 1.25rem; }
          .columns + .divider { margin-top: 2.5rem; }
          .signed-in .way { grid-template-columns: 1fr 1fr 1fr; gap: 2.25rem; margin-bottom: 1.75rem; }
          .signed-in .way li + li::before {
            content: "→"; top: 0; bottom: 0; left: -2.25rem; right: auto;
            width: 2.25rem; display: grid; place-items: center;
          }
          .card { padding: 1.25rem; }
          .columns { grid-template-columns: 3fr 2fr; }
          .experiments { grid-template-columns: 1fr 1fr; }
          .wide { grid-column: 1 / -1; }
          .dots { grid-template-columns: repeat(25, 1fr); }
        }

        """
}
