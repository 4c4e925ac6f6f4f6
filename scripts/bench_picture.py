"""The picture of `scripts/bench`: figures over documents, both logarithmic, a line for each tool."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Line = Sequence[tuple[float, float]]

WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM = 560, 320, 60, 100, 32, 30
COLORS = ("#c0392b", "#2471a3", "#1e8449", "#7d3c98", "#7f8c8d", "#b9770e", "#17202a")


def draw(panels: Mapping[str, Mapping[str, Line]]) -> str:
    """Draw a panel for each title, one below the other, with the lines of all tools."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH * len(panels)}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDE}" height="{HIGH * len(panels)}" fill="#fff"/>',
    ]
    for number, (title, lines) in enumerate(panels.items()):
        parts += [f'<g transform="translate(0 {number * HIGH})">', *_panel(title, lines), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, lines: Mapping[str, Line]) -> list[str]:
    points = [point for line in lines.values() for point in line]
    x_low, x_high = (math.log10(edge(x for x, _ in points)) for edge in (min, max))
    y_low = math.floor(math.log10(min(y for _, y in points)))
    y_high = math.ceil(math.log10(max(y for _, y in points)))

    def place(documents: float, value: float) -> tuple[float, float]:
        x = (math.log10(documents) - x_low) / max(1e-9, x_high - x_low)
        y = (math.log10(value) - y_low) / max(1, y_high - y_low)
        return LEFT + x * (WIDE - LEFT - RIGHT), HIGH - BOTTOM - y * (HIGH - BOTTOM - TOP)

    parts = [f'<text x="{LEFT}" y="18">{title}</text>']
    for power in range(y_low, y_high + 1):
        y = place(10**x_low, 10.0**power)[1]
        parts.append(f'<path d="M{LEFT} {y:.0f}H{WIDE - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g}</text>')
    for documents in sorted({x for x, _ in points}):
        x = place(documents, 10.0**y_low)[0]
        parts.append(f'<text x="{x:.0f}" y="{HIGH - 10}" text-anchor="middle">{documents:,}</text>')
    names = []
    for (name, line), color in zip(lines.items(), COLORS, strict=False):
        places = [place(*point) for point in line]
        if not places:
            continue
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places]
        names.append((places[-1][1] + 4, places[-1][0] + 8, name, color))
    below = 0.0
    for y, x, name, color in sorted(names):
        below = max(y, below + 13)  # below the one before, where two lines end near each other
        parts.append(f'<text x="{x:.0f}" y="{below:.0f}" fill="{color}">{name}</text>')
    return parts
