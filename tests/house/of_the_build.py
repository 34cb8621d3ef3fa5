"""A plugin for nbval: compare stored outputs with those of the book's build, and start no kernel.

`make book` has just executed every notebook of the book, and keeps what came of it; to execute them
once more for nbval would take two minutes and tell the same. All else is nbval's own: which cells
count, which outputs, and how they are compared.
"""

import nbformat
from jupyter_cache import get_cache
from nbval.plugin import IPyNbFile

LINES = "image/svg+xml"  # the build draws each figure so too; notebooks store its pixels alone


class Recording:
    """In the place of nbval's kernel: it says again what one said to the build."""

    def __init__(self, notebook, executions):
        try:
            record = executions.match_cache_notebook(notebook)
        except KeyError:
            raise LookupError("the build did not execute it: run `make book` first") from None
        executed = executions.get_cache_bundle(record.pk).nb
        self.cells = [cell for cell in executed.cells if cell.cell_type == "code"]
        self.messages = iter(())

    def execute_cell_input(self, source, allow_stdin):
        """Begin the next cell, which has to be the same one."""
        cell = self.cells.pop(0)
        assert cell.source == source
        self.messages = iter([*map(message_of, cell.outputs), IDLE])

    def get_message(self, stream, timeout):
        return next(self.messages)

    def await_reply(self, message_id, timeout):
        pass

    def is_alive(self):
        return True

    def stop(self):
        pass


def message(kind, content):
    """Return what nbval takes for a message of its kernel about the cell that runs."""
    return {"msg_type": kind, "content": nbformat.from_dict(content), "parent_header": {}}


IDLE = message("status", {"execution_state": "idle"})


def message_of(output):
    """Return the message that brought an output."""
    content = {key: value for key, value in output.items() if key != "output_type"}
    if "data" in content:
        content["data"] = {kind: it for kind, it in content["data"].items() if kind != LINES}
    return message(output.output_type, content)


def play(file):
    """Set a notebook up: nbval would start its kernel here."""
    executions = get_cache(file.config.rootpath / "_build" / ".jupyter_cache")
    file.kernel = Recording(file.nb, executions)
    file.setup_sanitize_files()


def pytest_configure():
    IPyNbFile.setup = play
