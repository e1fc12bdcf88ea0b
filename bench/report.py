"""What a run found, and its report as Markdown, JSON and plots. Standard library only."""

import dataclasses
import json
import statistics

import plot


@dataclasses.dataclass
class Column:
    """A figure of a table: its key in the values of a row, its title, and how many digits it is told with."""

    key: str
    title: str
    digits: int = 1
    is_spread: bool = False  # with the smallest and the largest value in brackets


@dataclasses.dataclass
class Row:
    key: str
    name: str
    values: dict  # key of a column: one value of each round


@dataclasses.dataclass
class Panel:
    """A table of a workload, and its plot: `figure` is what ratios are taken of and what the bars show."""

    title: str
    columns: list
    rows: list
    figure: str = "cpu"
    unit: str = "CPU µs per request"
    bases: dict = dataclasses.field(default_factory=dict)  # key of a row: how a ratio to it is headed
    note: str = ""

    def row(self, key):
        return next((row for row in self.rows if row.key == key), None)

    def best(self, keys, is_least=False):
        """The row of these whose median is the largest, or the least."""
        rows = [row for row in map(self.row, keys) if row is not None and row.values.get(self.figure)]
        choose = min if is_least else max
        return choose(rows, key=lambda row: statistics.median(row.values[self.figure]), default=None)

    def ratios(self, key, base):
        """The ratio within each round, so that the machine's moods cancel out; empty where one of the two has no figure."""
        mine, other = self.row(key), self.row(base)
        if mine is None or other is None:
            return []
        return [one / two for one, two in zip(mine.values.get(self.figure, []), other.values.get(self.figure, [])) if two]


@dataclasses.dataclass
class Target:
    """What has to be shown: the value, and the most (or the least) that it may be."""

    text: str
    values: list
    limit: float
    is_most: bool = True
    digits: int = 2

    @property
    def value(self):
        return statistics.median(self.values)

    @property
    def is_met(self):
        return self.value <= self.limit if self.is_most else self.value >= self.limit


@dataclasses.dataclass
class Outcome:
    """A workload: its tables, its targets, why something was left out, and what went wrong."""

    number: int
    key: str
    title: str
    about: str
    panels: list = dataclasses.field(default_factory=list)
    targets: list = dataclasses.field(default_factory=list)
    left_out: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)

    def target(self, text, values, limit, is_most=True, digits=2):
        """Notes a target where there are values for it."""
        if values:
            self.targets.append(Target(text, list(values), limit, is_most, digits))


def told(values, digits, is_spread):
    if not values:
        return "–"
    text = f"{statistics.median(values):,.{digits}f}"
    if is_spread and len(values) > 1:
        text += f" ({min(values):,.{digits}f}–{max(values):,.{digits}f})"
    return text


def grid(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def table(panel):
    columns = [column for column in panel.columns if any(row.values.get(column.key) for row in panel.rows)]
    bases = {key: title for key, title in panel.bases.items() if panel.row(key)}
    first = [column for column in columns if column.key == panel.figure]
    rest = [column for column in columns if column.key != panel.figure]
    rows = [["", *(column.title for column in first), *bases.values(), *(column.title for column in rest)]]
    for row in panel.rows:
        rows.append([row.name, *(told(row.values.get(column.key), column.digits, column.is_spread) for column in first),
                     *(told(panel.ratios(row.key, base), 2, True) for base in bases),
                     *(told(row.values.get(column.key), column.digits, column.is_spread) for column in rest)])
    return grid(rows)


def targets(outcomes):
    rows = [["Workload", "Target", "Found", "Asked", ""]]
    for outcome in outcomes:
        for target in outcome.targets:
            sign = "≤" if target.is_most else "≥"
            rows.append([str(outcome.number), target.text, told(target.values, target.digits, True),
                         f"{sign} {target.limit:,.{target.digits}f}", "met" if target.is_met else "**missed**"])
    return grid(rows) if len(rows) > 1 else ""


def markdown(title, conditions, outcomes, plots):
    parts = [f"# {title}", *(f"- {line}" for line in conditions), "",
             "A figure is the median of its rounds, with the smallest and the largest in brackets; a ratio is taken within each "
             "round. CPU time is that of all processes of the proxy, without the load and the origin.", ""]
    if summary := targets(outcomes):
        parts += ["## Targets", "", summary, ""]
    for outcome in outcomes:
        parts += [f"## {outcome.number}. {outcome.title}", "", outcome.about, ""]
        parts += [f"- No figure: {sentence}" for sentence in outcome.problems]
        parts += [f"- Left out: {sentence}" for sentence in outcome.left_out]
        if outcome.problems or outcome.left_out:
            parts.append("")
        for panel in filter(lambda panel: panel.rows, outcome.panels):
            parts += [f"### {panel.title}", "", table(panel), ""]
            if panel.note:
                parts += [panel.note, ""]
            if (outcome.key, panel.title) in plots:
                parts += [f"![{panel.title}: {panel.unit}]({plots[outcome.key, panel.title]})", ""]
    return "\n".join(parts)


def write(folder, title, conditions, outcomes, options):
    """Writes report.md, report.json and a plot for each table into a folder, and returns the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    plots = {}
    for outcome in outcomes:
        for number, panel in enumerate(outcome.panels, 1):
            bars = [(row.name, row.key, row.values[panel.figure]) for row in panel.rows if row.values.get(panel.figure)]
            if bars:
                name = f"{outcome.number}-{outcome.key}-{number}.svg"
                (folder / name).write_text(plot.bars(f"{outcome.title}: {panel.title}", panel.unit, bars))
                plots[outcome.key, panel.title] = name
    text = markdown(title, conditions, outcomes, plots)
    (folder / "report.md").write_text(text)
    data = {"conditions": conditions, "options": options, "workloads": [dataclasses.asdict(outcome) for outcome in outcomes]}
    (folder / "report.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    return text
