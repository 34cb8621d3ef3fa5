"""The lab Doors."""

from linreg.labs.doors.doors import Doors

__all__ = ["Doors"]
