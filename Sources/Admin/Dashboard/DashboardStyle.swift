/// The dashboard's style sheet: two columns where there is room, dark where the reader likes it.
enum DashboardStyle {
    static let text = """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6878; --paper: #f4f6f9; --card: #fff; --line: #dfe4ea;
          --good: #1f8a5b; --bad: #c43d3d; --mark: #2f6fde; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6ebf2; --soft: #97a3b4; --paper: #12161c; --card: #1b212a; --line: #2b333f;
            --good: #4cc38a; --bad: #f07a7a; --mark: #7fa8ff; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
        header, main, footer { max-width: 72rem; margin: 0 auto; padding: 1rem 1.25rem; }
        header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
        h1 { margin: 0; font-size: 1.35rem; }
        h1 small { font-weight: 400; font-size: .85rem; color: var(--soft); }
        h2 { margin: 0 0 .5rem; font-size: .8rem; font-weight: 600; color: var(--soft); }
        #state { margin: 0; padding: .2rem .8rem; border-radius: 1rem; color: #fff; background: var(--soft); }
        #state.good { background: var(--good); } #state.bad { background: var(--bad); }
        .tiles, .columns { display: grid; gap: 1rem; }
        .tiles { grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); margin-bottom: 1rem; }
        .columns { grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); align-items: start; }
        .wide { grid-column: 1 / -1; }
        article { padding: 1rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); min-width: 0; }
        output { display: block; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
        svg { display: block; width: 100%; height: 2.5rem; margin-top: .4rem; }
        svg path { fill: none; stroke: var(--mark); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
        td { white-space: nowrap; }
        th, td { padding: .2rem .4rem; text-align: right; font-weight: 400; border-top: 1px solid var(--line); }
        thead th { border-top: 0; color: var(--soft); font-size: .8rem; }
        th:first-child, td:first-child { text-align: left; }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .1rem 1.5rem; }
        .facts p, .bars p { display: flex; justify-content: space-between; margin: 0; padding: .15rem 0; }
        .facts b { font-weight: 600; font-variant-numeric: tabular-nums; } .facts .bad b { color: var(--bad); }
        .bars p { position: relative; padding: .2rem .5rem; margin-bottom: .15rem; }
        .bars i { position: absolute; inset: 0 auto 0 0; border-radius: .25rem; background: var(--mark); opacity: .18; }
        .bars span, .bars b { position: relative; }
        form { margin-top: .8rem; } input, button { font: inherit; padding: .25rem .5rem; }
        a { color: var(--mark); } footer { color: var(--soft); }
        td.text { white-space: normal; text-align: left; overflow-wrap: anywhere; }

        """
}
