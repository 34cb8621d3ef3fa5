"""The report as a table: in colours where a terminal shows them, else in plain text."""

import json
import sys
import textwrap
from importlib.resources import files

from linreg.checks import progress

CLOSING = (
    "These are the visible checks alone. When the notebook is graded, hidden checks try other "
    "data, and answers in words are marked by a person."
)
BAR = 20  # letters


def show(lines):
    """Print a report, in colours if this is a terminal and `rich` is there."""
    if sys.stdout.isatty():
        try:
            from rich.console import Console
        except ImportError:
            pass
        else:
            in_colour(lines, Console())
            return
    print(plain(lines))


def plain(lines):
    """Return the lines as text: tasks, points, messages, and what hidden checks will do."""
    rows = []
    for line in lines:
        message = textwrap.wrap(line.message, 76) or [""]
        rows.append(f"{line.task:<6} {_points(line):>8}   {message[0]}")
        rows += [" " * 18 + rest for rest in message[1:]]
    rows += ["", _sum(lines), *textwrap.wrap(CLOSING, 90), *_next(lines)]
    rows += [f"{name:<12} {_bar(part)} {text}" for name, part, text in _chapters()]
    return "\n".join(rows)


def in_colour(lines, console):
    """Print the lines as a table with colours, and a bar for each chapter that was begun."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    tasks = Table("task", "points", "what the check says", box=None, pad_edge=False)
    for line in lines:
        sign, style = _sign(line)
        tasks.add_row(
            Text(f"{sign} {line.task}", style), Text(_points(line)), Text(line.message, style)
        )
    console.print(tasks)
    console.print(Text(f"\n{_sum(lines)}", "bold"))
    console.print(Text(CLOSING, "dim"))
    for text in _next(lines):
        console.print(Text(text, "bold"))
    chapters = Table.grid(padding=(0, 2))
    for name, part, text in _chapters():
        chapters.add_row(name, ProgressBar(total=1, completed=part, width=BAR), text)
    console.print(chapters)


def _sign(line):
    """Return the sign and the colour of a line."""
    if line.points is None:
        return "·", "dim"
    if line.points == line.possible:
        return "✓", "green"
    return ("✗", "yellow") if line.begun else ("·", "dim")


def _points(line):
    return "by hand" if line.points is None else f"{line.points:g} of {line.possible:g}"


def _sum(lines):
    automatic = [line for line in lines if line.points is not None]
    total = f"{sum(line.points for line in automatic):g}"
    possible = f"{sum(line.possible for line in automatic):g}"
    return f"Visible checks: {total} of {possible} points."


def _next(lines):
    """Return the sentence that says where to go on, if something is left."""
    left = next((line for line in lines if line.points is not None and not line.points), None)
    return [f"Next: {left.task}."] if left else []


def _bar(part):
    full = round(part * BAR)
    return "#" * full + "." * (BAR - full)


def _chapters():
    """List the chapters that were begun: name, part of the points, and the points as text."""
    known, found = progress.stored(), []
    for file in sorted(files("linreg.checks").joinpath("notes").iterdir(), key=lambda f: f.name):
        name = file.name.removesuffix(".json")
        points = known.get(name, {}).get("points") if isinstance(known.get(name), dict) else None
        if isinstance(points, (int, float)):
            of = sum(task["points"] for task in json.loads(file.read_text("utf-8")).values())
            found.append((name, min(points / of, 1), f"{points:g} of {of:g}"))
    return found
