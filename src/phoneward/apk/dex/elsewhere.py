"""Code in files of an APK that Android does not load by itself: a DEX file among the assets, whatever it is called."""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.container import Container, Entry
from phoneward.apk.dex.header import is_dex
from phoneward.apk.errors import ApkError

MAX_LOOKED: Final = 3_000
"""Files of an APK whose beginning is looked at."""
_LEAST: Final = 112
_FOLDERS: Final = (b"assets/", b"res/raw/")
_ARCHIVE: Final = b"PK\x03\x04"


def hidden_code(container: Container) -> Iterator[tuple[Entry, bool]]:
    """Yield files that are DEX (True), or archives that may hold some (False: by their names of it)."""
    looked = 0
    for entry in container.entries():
        name = entry.name
        if b"/" not in name and not name.endswith((b".dex", b".jar", b".apk")):
            continue
        if entry.size < _LEAST or not (name.startswith(_FOLDERS) or name.endswith((b".dex", b".jar", b".apk"))):
            continue
        if name.startswith(b"classes") and b"/" not in name:
            continue
        looked += 1
        if looked > MAX_LOOKED:
            return
        begin = beginning(container, entry)
        if is_dex(begin):
            yield entry, True
        elif begin.startswith(_ARCHIVE) and name.endswith((b".jar", b".apk", b".dex")):
            yield entry, False


def beginning(container: Container, entry: Entry) -> bytes:
    """Return the first bytes of a file; nothing where it is damaged."""
    try:
        return next(container.chunks(entry), b"")
    except ApkError:
        return b""
