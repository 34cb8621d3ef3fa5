"""How nbgrader is set up for a class: its folders, its stubs, and its pages without scripts."""

import os
import sys
from pathlib import Path

from nbgrader.server_extensions import formgrader
from traitlets.config import Config

from grader.colours import coloured
from grader.course import EXERCISES
from grader.sanitiser import sanitised

__all__ = ["configuration", "feedback_configuration"]


def configuration(workspace: Path | str) -> Config:
    """Return nbgrader's configuration for a workspace: the folder of a class, or a scratch one."""
    config = Config()
    _let_nbgrader_find_alembic()
    config.CourseDirectory.root = str(workspace)
    config.CourseDirectory.db_url = f"sqlite:///{Path(workspace).resolve() / 'gradebook.db'}"
    config.ClearSolutions.code_stub = {"python": "# Your work goes here."}
    config.ClearSolutions.text_stub = "*Your answer goes here: double-click to edit.*"
    config.NbGraderAPI.log_level = "INFO"
    config.Application.log_level = "INFO"
    # nbgrader's pages apply this filter, which mends old links, to all rendered text and to
    # nothing else. So the sanitiser takes its place.
    config.HTMLExporter.filters = {"strip_files_prefix": sanitised, "highlight_code": coloured}
    return config


def feedback_configuration(workspace: Path | str) -> Config:
    """Return the same, with this project's template for the pages that learners get back."""
    config = configuration(workspace)
    config.HTMLExporter.template_name = "graded"
    config.HTMLExporter.template_file = "graded.html.j2"
    config.HTMLExporter.extra_template_basedirs = [
        str(EXERCISES / "templates"),
        str(Path(formgrader.__file__).parent / "templates"),
    ]
    return config


def _let_nbgrader_find_alembic() -> None:
    """Put this environment's programs on the path: nbgrader calls `alembic` by its bare name."""
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ["PATH"]])
