"""What WhatsApp's numbers mean, as far as is known; sources as in `whatsapp.py`."""

import re
from typing import Final

from phoneward.rescue.archive.message import Notice

NOTICES: Final = {
    1: Notice.NAME_CHANGED,
    4: Notice.ADDED,
    5: Notice.LEFT,
    6: Notice.PICTURE_CHANGED,
    7: Notice.REMOVED,
    9: Notice.GROUP_MADE,
    10: Notice.NUMBER_CHANGED,
    11: Notice.GROUP_MADE,
    12: Notice.ADDED,
    13: Notice.LEFT,
    14: Notice.REMOVED,
    18: Notice.SAFETY_NUMBER,
    19: Notice.SAFETY_NUMBER,
    20: Notice.JOINED,
    27: Notice.DESCRIPTION_CHANGED,
    28: Notice.NUMBER_CHANGED,
    56: Notice.TIMER,
    57: Notice.SAFETY_NUMBER,
    58: Notice.BLOCKED,
    59: Notice.TIMER,
}
"""`message_system.action_type`."""

_MEDIA: Final = frozenset({1, 2, 3, 9, 13, 20, 42, 43})
"""`message.message_type` of pictures, sound, film, documents, GIFs, stickers, what can be seen once."""

_NAME: Final = re.compile(r"^(?:item\d+\.)?FN(?:;[^:\r\n]*)?:(.{1,300})$", re.MULTILINE | re.IGNORECASE)
_NUMBER: Final = re.compile(r"^(?:item\d+\.)?TEL(?:;[^:\r\n]*)?:(.{1,60})$", re.MULTILINE | re.IGNORECASE)


def media_kind_known(kind: object) -> bool:
    """Tell whether a message of this kind holds a file."""
    return kind in _MEDIA


def contact_in(card: str) -> str:
    """Return name and numbers of a vCard in one line, as far as they are found without reading it whole."""
    card = card[:20_000]
    name = _NAME.search(card)
    numbers = [found[1].strip() for found in _NUMBER.finditer(card)][:5]
    return " · ".join(one for one in (name[1].strip() if name else "", *numbers) if one)
