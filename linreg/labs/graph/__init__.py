"""The lab Graph."""

from linreg.labs.graph.graph import Graph

__all__ = ["Graph"]
