"""The grader's commands: release, grade, marks. The Makefile calls them."""

import argparse
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from grader import course

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = _parser().parse_args(arguments)
    return options.command(options)


def _release(options: Namespace) -> int:
    from grader.release import make_release
    from grader.term import make_term

    for chapter in course.chapters():
        if options.seed is None:
            make_release(chapter, course.ROOT)
            print(f"{chapter}: release in {course.EXERCISES / 'release' / chapter}")
            continue
        try:
            make_term(chapter, options.seed)
        except ValueError as error:
            return _refuse(error)
        print(f"{chapter}: source of the term in {course.TERM / 'source' / chapter}")
    return 0


def _grade(options: Namespace) -> int:
    if not options.folder.strip():
        return _refuse("Name the folder: make grade SUBMISSIONS=~/Downloads/ch01-submissions")
    folder = _path(options.folder)
    if course.EXERCISES.is_relative_to(folder.resolve()):
        return _refuse(f"{folder} holds this book: name the folder with the submissions alone.")
    from grader.grade import RefusedError, grade

    chapters = [options.chapter] if options.chapter else None
    try:
        grade(folder, options.workspace, chapters=chapters, unsafe=options.unsafe)
    except (RefusedError, FileNotFoundError) as error:
        return _refuse(error)
    return 0


def _marks(options: Namespace) -> int:
    """Open nbgrader's formgrader on the class's workspace."""
    if not (options.workspace / "gradebook.db").exists():
        return _refuse(
            f"{options.workspace} holds no gradebook: run make grade SUBMISSIONS=... first."
        )
    environment = os.environ | {"GRADER_WORKSPACE": str(options.workspace.resolve())}
    for name in ("JUPYTER_CONFIG_PATH", "PYTHONPATH"):
        paths = [str(course.EXERCISES), *filter(None, [os.environ.get(name)])]
        environment[name] = os.pathsep.join(paths)
    jupyter = Path(sys.executable).with_name("jupyter")
    place = f"--ServerApp.root_dir={options.workspace.resolve()}"
    page = "--ServerApp.default_url=/formgrader"
    os.chdir(options.workspace)
    os.execve(jupyter, [str(jupyter), "lab", place, page, *options.rest], environment)


def _refuse(reason: object) -> int:
    print(reason, file=sys.stderr)
    return 2


def _path(text: str) -> Path:
    """Return a path as the shell would read it: `make` keeps the tilde of ~/Downloads."""
    return Path(text).expanduser()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grader", description=__doc__)
    commands = parser.add_subparsers(required=True)
    release = commands.add_parser("release", help="make the release, or a term's own sources")
    release.add_argument("--seed", help="private words: hidden inputs are drawn anew")
    release.set_defaults(command=_release)
    grade = commands.add_parser("grade", help="grade a folder of submissions")
    grade.add_argument("folder")
    grade.add_argument("--workspace", type=_path, default=course.EXERCISES / "class")
    grade.add_argument("--chapter", default="", help="one chapter alone, such as ch03")
    grade.add_argument(
        "--unsafe", action="store_true", help="where no sandbox can start, grade without one"
    )
    grade.set_defaults(command=_grade)
    marks = commands.add_parser("marks", help="open nbgrader's formgrader to mark by hand")
    marks.add_argument("--workspace", type=_path, default=course.EXERCISES / "class")
    marks.add_argument("rest", nargs="*", help="options for JupyterLab, after --")
    marks.set_defaults(command=_marks)
    return parser


if __name__ == "__main__":
    sys.exit(main())
