"""nbgrader's configuration for its formgrader; `make marks` says for which class."""

import os

from grader.nbgrader_setup import configuration

c = get_config()  # noqa: F821  # traitlets gives it to a configuration file
c.merge(configuration(os.environ["GRADER_WORKSPACE"]))
