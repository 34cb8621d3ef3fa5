"""The book's labs: pictures that a reader moves, in Jupyter and on the page.

Each lab is a folder: one Python class, one JavaScript file beside it, and a style sheet where it
needs one. ``kit`` holds what they share. Importing this package imports anywidget.
"""

from linreg.extras import extra

with extra("labs"):
    from linreg.labs.bowl import Bowl
    from linreg.labs.corners import Corners
    from linreg.labs.doors import Doors
    from linreg.labs.drag import Drag
    from linreg.labs.draws import DrawAgain
    from linreg.labs.errors import TwoErrors
    from linreg.labs.graph import Graph
    from linreg.labs.outlier import Outlier
    from linreg.labs.plane import Plane
    from linreg.labs.slope import Slope
    from linreg.labs.valley import Valley
    from linreg.labs.walk import Walk

__all__ = [
    "Bowl",
    "Corners",
    "Doors",
    "Drag",
    "DrawAgain",
    "Graph",
    "Outlier",
    "Plane",
    "Slope",
    "TwoErrors",
    "Valley",
    "Walk",
]
