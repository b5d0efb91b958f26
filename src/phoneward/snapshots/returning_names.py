"""Which names of a snapshot a phone's storage cannot have: found before anything is written."""

from typing import Final

from phoneward.snapshots import returning_words
from phoneward.vault import Node, NodeType

MAX_NAME_BYTES: Final = 255
"""Linux limits.h, NAME_MAX."""

MAX_PATH_BYTES: Final = 4096 - 1 - 64
"""Linux limits.h, PATH_MAX with its closing NUL, less the name of our own folder in between."""

_FAT_REFUSES: Final = frozenset(b'"*/:<>?\\|\x7f') | frozenset(range(32))
"""Android's own list for cards: AOSP FileUtils.java `isValidFatFilenameChar`, from the FAT specification."""

_FAT_UNITS: Final = 255
"""Long names on FAT and exFAT have at most 255 UTF-16 units."""


def trouble(node: Node, phone_folder: bytes, *, strict: bool) -> str:
    """Return why a node cannot be on a phone, in our words; empty where it can, as far as can be known.

    Args:
        node: of the snapshot.
        phone_folder: where it would go.
        strict: the storage is a card: FAT or exFAT.
    """
    if not node.has_safe_name:
        return returning_words.UNSAFE_NAME
    if node.type == NodeType.SYMLINK:
        return returning_words.NO_LINKS
    if node.type not in {NodeType.FILE, NodeType.DIR}:
        return returning_words.SPECIAL
    if len(node.name) > MAX_NAME_BYTES or len(phone_folder) + len(node.name) > MAX_PATH_BYTES:
        return returning_words.TOO_LONG
    if strict:
        return _card_trouble(node.name)
    return ""


def _card_trouble(name: bytes) -> str:
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        return returning_words.NOT_UTF8
    if _FAT_REFUSES & frozenset(name) or name.endswith((b".", b" ")):
        return returning_words.REFUSED_CHARACTER
    return returning_words.TOO_LONG if len(text.encode("utf-16-le")) // 2 > _FAT_UNITS else ""


class Twins:
    """Finds names of one folder that a storage without upper and lower case takes for the same."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def is_first(self, name: bytes) -> bool:
        """Tell whether no name before was the same but for case."""
        folded = name.decode("utf-8", "surrogateescape").casefold()
        if folded in self._seen:
            return False
        self._seen.add(folded)
        return True
