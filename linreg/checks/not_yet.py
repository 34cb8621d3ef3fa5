"""The one exception that checks raise."""


class NotYet(AssertionError):  # noqa: N818  # it is a state of the work, not an error
    """An answer that is not right yet; its message says what kind of wrong it is.

    ``begun`` is False where there is no answer to judge, so that nothing counts as a try.
    """

    def __init__(self, message="", *, begun=True):
        super().__init__(message)
        self.begun = begun

    def _render_traceback_(self):
        """Return what IPython prints in place of a traceback: the message alone."""
        return [f"Not yet. {self}"]
