"""A picture of a table of states, as SVG: pure, the same table gives the same picture.

States stand in columns, each one column behind the last of those that lead to it. Words on an arrow are the
events that go that way; an event after which the state is the same is an arc above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from attrs import frozen

Table = Mapping[str, Mapping[str, str]]

WIDTH, HEIGHT = 118, 34
"""Of a state, in pixels."""

GAP, LINE, CHARACTER = 60, 15, 6.6
"""Between columns at least, of a line of words, and of a character."""

COLOURS = {"line": "#5b7083", "box": "#e8f1f8", "edge": "#2b6a99", "words": "#1f2d3a", "paper": "#ffffff"}


@frozen
class Spot:
    """Where a state is: the middle of its box."""

    x: float
    y: float


def columns(table: Table) -> dict[str, int]:
    """The column of each state: one more than the last of those before it."""
    found = dict.fromkeys(table, 0)
    for _ in table:
        for state, moves in table.items():
            for following in moves.values():
                if following != state:
                    found[following] = max(found[following], min(found[state] + 1, len(table)))
    return found


def arrows(table: Table) -> dict[tuple[str, str], list[str]]:
    """The events on each arrow from one state to another."""
    made: dict[tuple[str, str], list[str]] = {}
    for state, moves in table.items():
        for event, following in moves.items():
            made.setdefault((state, following), []).append(event)
    return made


def draw(table: Table, title: str) -> str:
    """The SVG picture of a table of states."""
    between = arrows(table)
    spots, width, height = _places(table, between)
    shapes = [_arrow(spots[start], spots[end], words, start == end) for (start, end), words in between.items()]
    shapes += [_box(spot, state, final=not table[state]) for state, spot in spots.items()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" role="img" font-family="sans-serif" font-size="12">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" fill="{COLOURS["paper"]}"/>\n'
        '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{COLOURS["line"]}"/></marker></defs>\n'
    )
    return head + "\n".join(shapes) + "\n</svg>\n"


def _places(table: Table, between: Mapping[tuple[str, str], Sequence[str]]) -> tuple[dict[str, Spot], float, float]:
    column = columns(table)
    count = max(column.values()) + 1
    stacks = [[state for state in table if column[state] == place] for place in range(count)]
    gaps = [GAP] * count
    for (start, end), words in between.items():
        place = column[start]
        if column[end] > place:
            gaps[place] = max(gaps[place], 30 + int(CHARACTER * max(map(len, words))))
    heights = {state: 26 + HEIGHT + _above(state, between) for state in table}
    height = max(sum(heights[state] for state in stack) for stack in stacks) + 30
    spots: dict[str, Spot] = {}
    x = 20.0 + WIDTH / 2
    for place, stack in enumerate(stacks):
        y = (height - sum(heights[state] for state in stack)) / 2
        for state in stack:
            spots[state] = Spot(x, y + heights[state] - 13 - HEIGHT / 2)
            y += heights[state]
        x += WIDTH + gaps[place]
    return spots, x - gaps[-1] - WIDTH / 2 + 20, height + 20


def _above(state: str, between: Mapping[tuple[str, str], Sequence[str]]) -> int:
    """Room above a state for the words of its arc."""
    words = between.get((state, state))
    return 0 if not words else 22 + LINE * len(_wrapped(words))


def _wrapped(words: Sequence[str]) -> list[str]:
    """Many words two a line."""
    if len(words) < 4:
        return list(words)
    pairs = [words[place : place + 2] for place in range(0, len(words), 2)]
    return [", ".join(pair) for pair in pairs]


def _box(spot: Spot, state: str, *, final: bool) -> str:
    left, top = spot.x - WIDTH / 2, spot.y - HEIGHT / 2
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{COLOURS["box"]}"'
        f' stroke="{COLOURS["edge"]}" stroke-width="{3 if final else 1.5}"/>'
        f'<text x="{spot.x:.0f}" y="{spot.y + 4:.0f}" text-anchor="middle" font-weight="bold"'
        f' fill="{COLOURS["words"]}">'
        f"{escape(state)}</text>"
    )


def _arrow(start: Spot, end: Spot, words: Sequence[str], same: bool) -> str:
    if same:
        top = start.y - HEIGHT / 2
        left, right, over = f"{start.x - 24:.0f}", f"{start.x + 24:.0f}", f"{top - 26:.0f}"
        path = f"M{left} {top:.0f}C{start.x - 40:.0f} {over} {start.x + 40:.0f} {over} {right} {top:.0f}"
        shown = _wrapped(words)
        return _path(path) + _words(shown, start.x, top - 24 - LINE * (len(shown) - 1), "middle")
    left, right = start.x + WIDTH / 2, end.x - WIDTH / 2
    far = right - left > 250 and start.y == end.y
    bend = start.y + 70 if far else (start.y + end.y) / 2
    middle = (left + right) / 2
    path = (
        f"M{left:.0f} {start.y:.0f}Q{middle:.0f} {bend + 40:.0f} {right:.0f} {end.y + 8:.0f}"
        if far
        else f"M{left:.0f} {start.y:.0f}L{right - 1:.0f} {end.y:.0f}"
    )
    y = (bend + start.y) / 2 + 34 if far else (start.y + end.y) / 2 - 6 - LINE * (len(words) - 1)
    return _path(path) + _words(words, middle, y, "middle")


def _path(path: str) -> str:
    return f'<path d="{path}" fill="none" stroke="{COLOURS["line"]}" stroke-width="1.3" marker-end="url(#end)"/>'


def _words(words: Sequence[str], x: float, y: float, anchor: str) -> str:
    halo = f'stroke="{COLOURS["paper"]}" stroke-width="3" paint-order="stroke"'
    return "".join(
        f'<text x="{x:.0f}" y="{y + LINE * place:.0f}" text-anchor="{anchor}" font-size="11" {halo}'
        f' fill="{COLOURS["words"]}">{escape(word)}</text>'
        for place, word in enumerate(words)
    )
