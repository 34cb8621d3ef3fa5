"""The chapters of the book in the order of its contents, whole and by parts."""

import navigation

from notebooks import ROOT

PARTS = [chapters for _, chapters in navigation.parts(ROOT)]
LISTED = [chapter for chapters in PARTS for chapter in chapters]
