"""The lab Drag."""

from linreg.labs.drag.drag import Drag

__all__ = ["Drag"]
