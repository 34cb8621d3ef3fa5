"""What one notebook may use while it is graded."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """What a notebook may use. Times are in seconds, sizes in bytes.

    The file limits hold for each file and folder, `cpu_seconds`, `address_bytes` and `open_files`
    for each process, `memory_bytes` and `processes` (threads count) for all processes together.
    """

    cell_seconds: float = 10
    notebook_seconds: float = 60
    restarts: int = 3  # fresh kernels after lost ones
    output_bytes: int = 200_000  # of one cell
    memory_bytes: int = 2_000_000_000
    address_bytes: int = 4_000_000_000
    processes: int = 64
    cpu_seconds: int = 120
    file_bytes: int = 50_000_000
    folder_bytes: int = 64_000_000
    open_files: int = 256
