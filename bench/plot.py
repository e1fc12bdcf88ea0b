"""Bars as SVG: a median each, with its smallest and largest value as a line. Standard library only."""

import html
import math
import statistics

WIDTH, LEFT, RIGHT, TOP, STEP, BAR = 860, 300, 90, 56, 28, 16
INK, FAINT, OURS, FLOOR, PEER = "#1f2933", "#c9d1d9", "#c2410c", "#7b8794", "#3b6ea5"


def color(key):
    return OURS if key.startswith("sallyport") else FLOOR if key == "floor" else PEER


def step_of(largest):
    """A round distance of four to ten marks."""
    power = 10 ** math.floor(math.log10(largest))
    return next(power * part for part in (0.1, 0.2, 0.5, 1, 2) if largest / (power * part) <= 8)


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def bars(title, unit, rows):
    """`rows` are names, keys and lists of values; the picture as text."""
    largest = max((max(values) for _, _, values in rows), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / largest
    height = TOP + STEP * len(rows) + 34
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
           f'<text x="16" y="24" font-size="15" font-weight="bold" fill="{INK}">{html.escape(title)}</text>',
           f'<text x="16" y="43" fill="{FLOOR}">{html.escape(unit)}</text>']
    step = step_of(largest)
    mark = 0.0
    while mark <= largest * 1.0001:
        x = LEFT + mark * scale
        out.append(f'<path d="M{x:.1f} {TOP} V{height - 30}" stroke="{FAINT}"/>')
        out.append(f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle" font-size="11" fill="{FLOOR}">{number(mark)}</text>')
        mark += step
    for index, (name, key, values) in enumerate(rows):
        y = TOP + STEP * index + (STEP - BAR) / 2
        middle, median = y + BAR / 2, statistics.median(values)
        out.append(f'<text x="{LEFT - 10}" y="{middle + 4.5:.1f}" text-anchor="end" fill="{INK}">{html.escape(name)}</text>')
        out.append(f'<rect x="{LEFT}" y="{y:.1f}" width="{max(1, median * scale):.1f}" height="{BAR}" rx="2" fill="{color(key)}"/>')
        low, high = LEFT + min(values) * scale, LEFT + max(values) * scale
        out.append(f'<path d="M{low:.1f} {middle:.1f} H{high:.1f}" stroke="{INK}" stroke-width="1.5"/>')
        out.append(f'<text x="{max(high, LEFT + 1) + 8:.1f}" y="{middle + 4.5:.1f}" fill="{INK}">{number(median)}</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
