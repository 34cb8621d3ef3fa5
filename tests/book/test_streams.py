"""Promise: what a cell prints is whole on its page, wherever a slow kernel has cut it."""

import streams
from myst_nb.core import render
from nbformat import v4

PIECES = [
    v4.new_output("stream", name="stdout", text="a  "),
    v4.new_output("display_data"),
    v4.new_output("stream", name="stderr", text="c\n"),
    v4.new_output("stream", name="stdout", text="b\n1  2\n"),
]


def test_what_was_sent_in_pieces_is_one_text(monkeypatch):
    monkeypatch.setattr(render, "coalesce_streams", render.coalesce_streams)  # put back after
    streams.setup(None)
    for _ in range(2):  # who asks again hears the same
        merged = render.coalesce_streams(PIECES)
        assert [output.get("text") for output in merged] == ["a  b\n1  2\n", None, "c\n"]
