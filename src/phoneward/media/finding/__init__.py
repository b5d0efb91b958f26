"""Find pictures by content in any bytes: files without a name that tells, caches, containers."""

import re
from collections.abc import Iterator
from typing import Final

from phoneward.media.picture import Format, FoundPicture, Header

_START: Final = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]|\x89PNG\r\n\x1a\n|RIFF....WEBP|GIF8[79]a", re.DOTALL)
_FORMAT: Final = {b"\xff": Format.JPEG, b"\x89": Format.PNG, b"R": Format.WEBP, b"G": Format.GIF}


def find_pictures(data: bytes | memoryview, *, most: int = 1_000) -> Iterator[FoundPicture]:
    """Yield the pictures that lie in some bytes, in their order.

    Args:
        data: anything.
        most: so many at most.
    """
    for number, match in enumerate(_START.finditer(data)):
        if number == most:
            return
        start = match.start()
        header = Header(format=_FORMAT[match[0][:1]], width=0, height=0)
        yield FoundPicture(data=bytes(data[start:]), header=header, offset=start)
