"""What one notebook may use while it is graded."""

from dataclasses import dataclass, field

from grader.apart import Bounds

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """What a notebook may use. Times are in seconds, sizes in bytes.

    The file limits hold for each file and folder, `cpu_seconds`, `address_bytes` and `open_files`
    for each process, `memory_bytes` and `processes` (threads count) for all processes together.

    When the time or the restarts of a notebook are used up, its checks of answers that did run have
    `check_seconds`, and as many restarts once more. Checks keep their outputs whatever the rest of
    the notebook put out. `own_work` holds for what the grader itself does with a submission, in
    each of four processes: for reading it, for either run, and for its page. So one that stalls it
    everywhere costs the class half a minute.
    """

    cell_seconds: float = 10
    notebook_seconds: float = 60
    check_seconds: float = 20
    restarts: int = 8  # fresh kernels after lost ones
    output_bytes: int = 200_000  # of one cell
    outputs: int = 200  # of one cell
    notebook_output_bytes: int = 8_000_000
    notebook_outputs: int = 500
    memory_bytes: int = 2_000_000_000
    address_bytes: int = 4_000_000_000
    processes: int = 64
    cpu_seconds: int = 120
    file_bytes: int = 50_000_000
    folder_bytes: int = 64_000_000
    open_files: int = 256
    own_work: Bounds = field(default_factory=Bounds)
