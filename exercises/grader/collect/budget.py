"""How much may be handed in, and a budget that the members of a zip use up."""

from dataclasses import dataclass

__all__ = [
    *("CLASS_LIMITS", "LARGEST_FILE", "LARGEST_PICTURES", "LARGEST_TEXT", "LONGEST_CELL", "MB"),
    *("MOST_CELLS", "STUDENT_LIMITS", "Budget"),
]

MB = 1_000_000
LARGEST_FILE = 20 * MB  # a notebook with its pictures, or a learner's zip
LARGEST_TEXT = 1 * MB  # all that a learner wrote in one notebook
LONGEST_CELL = 50_000  # characters of a text cell: some Markdown takes the square of it to render
LARGEST_PICTURES = 5 * MB  # all that are attached to the text cells of one notebook
MOST_CELLS = 1000
CLASS_LIMITS = (20_000, 4_000 * MB)  # files in a class's zip, and bytes of those that are read
STUDENT_LIMITS = (500, 100 * MB)


@dataclass
class Budget:
    """How many files a zip, and the zips in it, may still hold, and how many bytes to read."""

    files: int
    size: int

    def allows_files(self, number: int) -> bool:
        """Use up some files; return whether they were still free."""
        self.files -= number
        return self.files >= 0

    def allows_bytes(self, number: int) -> bool:
        """Use up some bytes; return whether they were still free."""
        self.size -= number
        return self.size >= 0
