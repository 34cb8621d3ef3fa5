"""The book's labs: pictures that a reader moves, in Jupyter and on the page.

Each lab is one Python class and one JavaScript file beside it; ``kit.py``, ``kit.js`` and
``kit.css`` hold what they share. Importing this room imports anywidget.
"""

from linreg.labs.bowl import Bowl
from linreg.labs.drag import Drag
from linreg.labs.walk import Walk

__all__ = ["Bowl", "Drag", "Walk"]
