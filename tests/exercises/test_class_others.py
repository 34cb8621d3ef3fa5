"""Promise: in a class with every kind of hostile member, each gets what is deserved, in one run.

Here are those who go against the kernel, the pages, the rest of the class and the reader of files.
"""

from half_of_a_class import HalfOfAClass


class TestKernelPagesAndOthers(HalfOfAClass):
    half_name = "kernel, pages and others"
