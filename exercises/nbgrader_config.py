"""nbgrader's configuration for its formgrader; `make marks` says for which class."""

import os

from grader import course

c = get_config()  # noqa: F821  # traitlets gives it to a configuration file
c.merge(course.configuration(os.environ["GRADER_WORKSPACE"]))
