"""A worker of pictures that does what a decoder might do that was taken over; it is not told from the real one.

Bytes after the picture say what happens: the real decoders run over everything else.
"""

import os
import sys
import time

from phoneward.media import Reason
from phoneward.media.comparing.looks import Look, Wanted
from phoneward.media.comparing.looks import look as real_look


def look(pictures: list[bytes], wanted: Wanted, width: int) -> list[Look]:
    """Look at pictures, and at some in another way."""
    for data in pictures:
        if data.endswith(b"kill"):
            os.abort()
        if data.endswith(b"wait"):
            time.sleep(60)
        if data.endswith(b"hungry"):
            bytearray(2 << 30)
        if data.endswith(b"silent"):
            return []
        if data.endswith(b"talkative"):
            return [Look(reason=Reason.BROKEN)] * 3 + real_look(pictures, wanted, width)
        if data.endswith(b"crooked"):
            return [Look(width=-7, content=b"x" * 14) for _picture in pictures]
    return real_look(pictures, wanted, width)


def loaded() -> tuple[list[str], int]:
    """Return the modules that looking at pictures loads, and how many threads run then (proc(5))."""
    return sorted(sys.modules), len(os.listdir("/proc/self/task"))
