"""Parts of evidence made unreadable in a copy, for readers who need not know them. The original stays; the log says it.

The copy is a rendering: its line in the custody log names the original, and how many parts were covered and where, not
what they said.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from phoneward.cases.case import Case
from phoneward.cases.errors import NothingRedactedError, NotRedactableError
from phoneward.cases.items import REDACTED, Item
from phoneward.confined import ConfinedError, Limits, run_confined
from phoneward.errors import readable
from phoneward.media import PicturesExtraMissingError, read_header
from phoneward.texts import Words, words

BAR: Final = "█████"
"""Stands for whatever was there, whatever its length: a length tells too."""
MAX_PICTURE: Final = 64 << 20
MAX_TEXT: Final = 16 << 20
MAX_BOXES: Final = 500
_LIMITS: Final = Limits(seconds=60.0, memory_bytes=1 << 30, output_bytes=512 << 20)


class Box(NamedTuple):
    """A part of a picture: pixels from the left and the top, upright, and its size."""

    left: int
    top: int
    width: int
    height: int


def redact_picture(case: Case, path: str, boxes: Sequence[Box]) -> Item:
    """Put a copy of a picture into the case on which some parts are black.

    Args:
        case: open.
        path: of the picture in the case, such as `data/originals/prompt.png`.
        boxes: what is painted over.

    Raises:
        NotRedactableError: it is not in the case, is no picture, or cannot be decoded.
        NothingRedactedError: no box covers anything.
        PicturesExtraMissingError: the part of Phoneward that can do it is not installed.
        CaseError: it could not be put there; nothing was changed.
    """
    data = _bytes_of(case, path, MAX_PICTURE)
    header = read_header(data)
    if header is None:
        raise NotRedactableError(path=path, reason=words("it is no picture that is known here"))
    turned = header.orientation >= 5
    width, height = (header.height, header.width) if turned else (header.width, header.height)
    inside = [box for box in boxes[:MAX_BOXES] if _covers(box, width, height)]
    if not inside:
        raise NothingRedactedError(path=path)
    try:
        from phoneward.media.comparing import blackened
    except ImportError as error:
        raise PicturesExtraMissingError from error
    try:
        made = run_confined(
            blackened, data, [(box.left, box.top, box.width, box.height) for box in inside], limits=_LIMITS
        )
    except ConfinedError as error:
        raise NotRedactableError(path=path, reason=words("it cannot be decoded")) from error
    where = "; ".join(",".join(map(str, box)) for box in inside)
    note = words("Covered in black, left,top,width,height in pixels: {where}", where=where)
    return _keep(case, path, made, ".png", note)


def redact_text(case: Case, path: str, secrets: Sequence[str]) -> Item:
    """Put a copy of a text into the case in which some words stand covered.

    Args:
        case: open.
        path: of the text in the case (UTF-8).
        secrets: words and numbers, each covered wherever it stands, in small and capital letters.

    Raises:
        NotRedactableError: it is not in the case, or no text.
        NothingRedactedError: none of the words stands in it.
        CaseError: it could not be put there; nothing was changed.
    """
    try:
        text = _bytes_of(case, path, MAX_TEXT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotRedactableError(path=path, reason=words("it is no text in UTF-8")) from error
    count = 0
    # The longest first: part of it may be asked for too.
    for secret in sorted({one for one in secrets if one.strip()}, key=len, reverse=True):
        text, found = re.subn(re.escape(secret), BAR, text, flags=re.IGNORECASE)
        count += found
    if not count:
        raise NothingRedactedError(path=path)
    note = words("Covered in {count} places.", count=f"{count:,}")
    return _keep(case, path, text.encode(), ".txt", note)


def _covers(box: Box, width: int, height: int) -> bool:
    return (
        box.width > 0
        and box.height > 0
        and box.left < width
        and box.top < height
        and box.left + box.width > 0
        and box.top + box.height > 0
    )


def _bytes_of(case: Case, path: str, most: int) -> bytes:
    item = next((one for one in case.items() if one.path == path), None)
    if item is None:
        raise NotRedactableError(path=path, reason=words("it is not in the case"))
    if item.size > most:
        raise NotRedactableError(path=path, reason=words("it is too large"))
    try:
        data = case.path(path).read_bytes()
    except OSError as error:
        raise NotRedactableError(path=path, reason=words("it cannot be read")) from error
    if hashlib.sha256(data).hexdigest() != item.sha256:
        raise NotRedactableError(path=path, reason=words("it is not as it was put there"))
    return data


def _keep(case: Case, path: str, data: bytes, ending: str, note: Words) -> Item:
    name = readable(path.rpartition("/")[2])
    stem = name.rpartition(".")[0] or name
    return case.add_bytes(f"{stem}{ending}", data, folder=REDACTED, of=[path], note=str(note))
