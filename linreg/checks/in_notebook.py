"""What a notebook shows where a check finds no answer: why there is none, not a bare NameError."""

import builtins
import re

from linreg.checks.not_yet import NotYet

CHECK = "from linreg import checks"  # how the cell of a check begins


def explain_missing_answers():
    """Let this notebook's kernel explain a NameError in the cell of a check."""
    shell = getattr(builtins, "get_ipython", lambda: None)()
    if shell is not None and not getattr(shell, "custom_exceptions", True):
        shell.set_custom_exc((NameError,), _shown)


def _shown(shell, kind, error, trace, tb_offset=None):
    """Show a NameError, as IPython asks for it: in a check in words, elsewhere as ever."""
    cells = cells_of(shell.user_ns)
    if cells and cells[-1].lstrip().startswith(CHECK) and error.name in _words(cells[-1]):
        told = NotYet(missing(error.name, cells[:-1]))
        shell._showtraceback(NotYet, told, told._render_traceback_())
        return told._render_traceback_()
    return shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def cells_of(names):
    """Return the texts of the cells that were run, from a notebook's names."""
    return [text for text in names.get("In", []) if isinstance(text, str)]


def missing(name, cells):
    """Return why a name is missing: the cell that should define it is no Python, or was not run."""
    assigned = rf"(?:[\w \t,*=]*[,=\s])?{name}\b[ \t]*(?:,[\w \t,*]*)?(?::[^=\n]*)?=(?!=)"
    defining = re.compile(rf"^\s*(?:def {name}\b|{assigned})", re.MULTILINE)
    cell = next((text for text in reversed(cells) if defining.search(text)), None)
    if cell is None:
        return f"There is no {name} yet: run the cell with your answer first."
    try:
        compile(cell, "your answer", "exec")
    except SyntaxError as error:
        line = (error.text or "").strip()
        return (
            f"There is no {name} yet: the cell with your answer is no Python. {error.msg}, in "
            f"line {error.lineno}, `{line}`."
        )
    return f"There is no {name} yet: the cell with your answer has ended with an error."


def _words(text):
    return set(re.findall(r"\w+", text))
