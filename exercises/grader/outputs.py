"""Outputs from a kernel that is not trusted: only known, well-formed and not too many stay."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_output

__all__ = ["Allowance", "clean", "failure", "plain"]

# No part of it can begin where another may go on, so that it is found in linear time.
_ESCAPES = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,64}[@-~]|\x1b\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)")
_MOST_LINES = 100  # of an error's traceback: the kernel's side sends 20
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])


@dataclass
class Allowance:
    """How many outputs may still be kept, and how many characters in them."""

    outputs: int
    size: int

    def takes(self, output: NotebookNode) -> bool:
        """Use up what an output needs; return whether that was still free."""
        self.outputs -= 1
        self.size -= _size(output)
        return self.outputs >= 0 and self.size >= 0


def clean(outputs: object, count: int) -> Iterator[NotebookNode]:
    """Yield the well-formed outputs: streams, errors, plain text and PNG pictures.

    They are made one by one, so that whoever takes a few pays for a few.
    """
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        if "text" in output:
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            yield new_output("stream", name=name, text=plain(output["text"]))
        elif "data" in output:
            if data := _clean_data(output["data"]):
                if output.get("result") is True:
                    yield new_output("execute_result", data=data, execution_count=count)
                else:
                    yield new_output("display_data", data=data)
        elif "ename" in output:
            lines = output.get("traceback")
            lines = lines[:_MOST_LINES] if isinstance(lines, list) else []
            yield new_output(
                "error",
                ename=plain(output["ename"]),
                evalue=plain(output.get("evalue")),
                traceback=[plain(line) for line in lines],
            )


def failure(name: str, message: str) -> NotebookNode:
    """Return an error output that says what befell a cell."""
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


def plain(text: object) -> str:
    """Return text without colours, control characters and lone surrogates, lines as a screen shows.

    A carriage return goes back to the line's start: what stood there is written over.
    """
    if not isinstance(text, str):
        return ""
    text = _ESCAPES.sub("", text).encode("utf-8", "replace").decode()
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")]
    return "\n".join(lines).translate(_CONTROLS)


def _size(part: object) -> int:
    """Return how many characters an output holds, with some for each of its parts."""
    if isinstance(part, str):
        return len(part)
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return 10 + sum(map(_size, parts))


def _clean_data(data: object) -> dict[str, str]:
    """Return the plain text and the picture of a display."""
    data = data if isinstance(data, dict) else {}
    kept = {}
    if isinstance(data.get("text/plain"), str):
        kept["text/plain"] = plain(data["text/plain"])
    if picture := _png(data.get("image/png")):
        kept["image/png"] = picture
    return kept


def _png(text: object) -> str | None:
    """Return base64 text in its normal form if it holds a PNG picture, else None."""
    try:
        picture = base64.b64decode("".join(text.split()), validate=True)
    except (AttributeError, binascii.Error, ValueError):
        return None
    return base64.b64encode(picture).decode() if picture.startswith(b"\x89PNG\r\n") else None
