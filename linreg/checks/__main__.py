"""Print what the visible checks say of a notebook: `python -m linreg.checks path.ipynb`."""

import argparse
import sys
from pathlib import Path

from linreg.checks import progress
from linreg.checks.report import chapter_of, report
from linreg.checks.table import show


def main(arguments=None):
    """Print the table; return 0 if all visible checks pass, 1 if not, 2 if none could run."""
    parser = argparse.ArgumentParser(prog="python -m linreg.checks", description=__doc__)
    parser.add_argument("notebook", type=Path, help="a notebook of exercises with your answers")
    path = parser.parse_args(arguments).notebook
    if path.is_dir():
        print(f"{path} is a folder: give the path of a notebook.", file=sys.stderr)
        return 2
    if not path.exists():
        print(f"{path} is not there: give the path of a notebook.", file=sys.stderr)
        return 2
    try:
        lines = report(path)
        chapter = chapter_of(path)
    except (ValueError, OSError, ImportError) as error:
        print(error, file=sys.stderr)
        return 2
    if chapter:
        progress.keep(chapter, points=sum(line.points or 0 for line in lines))
    show(lines)
    return int(any(line.points == 0 for line in lines))


if __name__ == "__main__":
    sys.exit(main())
