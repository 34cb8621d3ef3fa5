"""The grader's commands: release, grade, marks. The Makefile calls them."""

import argparse
import os
import sys
from pathlib import Path

from grader import course


def main(arguments=None):
    """Run one command; return the exit status."""
    options = _parser().parse_args(arguments)
    return options.command(options)


def _release(options):
    from grader import release

    for chapter in course.chapters():
        if options.seed:
            release.make_term(chapter, options.seed)
            print(f"{chapter}: source of the term in {course.TERM / 'source' / chapter}")
        else:
            release.make_release(chapter, course.ROOT)
            print(f"{chapter}: release in {course.EXERCISES / 'release' / chapter}")
    return 0


def _grade(options):
    from grader.grade import RefusedError, grade

    chapters = [options.chapter] if options.chapter else None
    try:
        grade(options.folder, options.workspace, chapters=chapters, unsafe=options.unsafe)
    except (RefusedError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _marks(options):
    """Open nbgrader's formgrader on the class's workspace."""
    environment = {
        **os.environ,
        "GRADER_WORKSPACE": str(options.workspace.resolve()),
        "JUPYTER_CONFIG_PATH": str(course.EXERCISES),
        "PYTHONPATH": str(course.EXERCISES),
    }
    jupyter = Path(sys.executable).with_name("jupyter")
    place = f"--ServerApp.root_dir={options.workspace.resolve()}"
    page = "--ServerApp.default_url=/formgrader"
    os.chdir(options.workspace)
    os.execve(jupyter, [str(jupyter), "lab", place, page, *options.rest], environment)


def _parser():
    parser = argparse.ArgumentParser(prog="grader", description=__doc__)
    commands = parser.add_subparsers(required=True)
    release = commands.add_parser("release", help="make the release, or a term's own sources")
    release.add_argument("--seed", default="", help="private words: hidden inputs are drawn anew")
    release.set_defaults(command=_release)
    grade = commands.add_parser("grade", help="grade a folder of submissions")
    grade.add_argument("folder", type=Path)
    grade.add_argument("--workspace", type=Path, default=course.EXERCISES / "class")
    grade.add_argument("--chapter", default="", help="one chapter alone, such as ch03")
    grade.add_argument("--unsafe", action="store_true", help="run without a sandbox")
    grade.set_defaults(command=_grade)
    marks = commands.add_parser("marks", help="open nbgrader's formgrader to mark by hand")
    marks.add_argument("--workspace", type=Path, default=course.EXERCISES / "class")
    marks.add_argument("rest", nargs="*", help="options for JupyterLab, after --")
    marks.set_defaults(command=_marks)
    return parser


if __name__ == "__main__":
    sys.exit(main())
