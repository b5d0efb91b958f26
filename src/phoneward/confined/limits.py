"""How much a confined worker may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one call.

    Attributes:
        seconds: by the clock on the wall, and by processor time (rounded up to whole seconds). Loading the function's
            module is our own code and not counted.
        memory_bytes: what the function may allocate beyond the worker as it stands ready. On Linux address space, so
            a library that maps much and touches little needs more; on macOS resident memory; on Windows committed
            memory.
        output_bytes: size of the encoded answer.
        open_files: file descriptors, the worker's own (about five) included. Not limited on Windows.
    """

    seconds: float = 30.0
    memory_bytes: int = 512 << 20
    output_bytes: int = 16 << 20
    open_files: int = 64

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.memory_bytes <= 0 or self.output_bytes <= 0 or self.open_files < 8:
            msg = "limits are positive, and a worker needs at least 8 file descriptors"
            raise ValueError(msg)
        if self.output_bytes > 1 << 30:
            msg = "an answer above 1 GiB would not be bounded in any useful sense"
            raise ValueError(msg)
