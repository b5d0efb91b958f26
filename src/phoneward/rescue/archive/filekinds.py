"""What a file is, by its first bytes: which ending it gets in the archive, and how a page shows it.

Endings decide what a browser does with a file that is opened from a folder. So a name is never believed: a page or a
drawing with a script in it (HTML, SVG, XML) and whatever is not known gets `.bin`, which browsers save and never run.
"""

import enum
import re
from dataclasses import dataclass
from typing import Final

from phoneward.media import Format, read_header

LOOKED_AT: Final = 64 << 10
"""Bytes from a file's beginning that are enough to tell."""


class Shown(enum.StrEnum):
    """How a page shows a file."""

    PICTURE = "picture"
    FILM = "film"
    SOUND = "sound"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is.

    Attributes:
        ending: with its dot; ours.
        shown: how.
    """

    ending: str
    shown: Shown


_PICTURES: Final = {
    Format.JPEG: FileKind(".jpg", Shown.PICTURE),
    Format.PNG: FileKind(".png", Shown.PICTURE),
    Format.WEBP: FileKind(".webp", Shown.PICTURE),
    Format.GIF: FileKind(".gif", Shown.PICTURE),
    Format.BMP: FileKind(".bmp", Shown.PICTURE),
    Format.AVIF: FileKind(".avif", Shown.PICTURE),
    Format.HEIF: FileKind(".heic", Shown.FILE),  # no browser but Safari shows it
}
_STARTS: Final = (
    (b"OggS", FileKind(".ogg", Shown.SOUND)),
    (b"ID3", FileKind(".mp3", Shown.SOUND)),
    (b"\xff\xfb", FileKind(".mp3", Shown.SOUND)),
    (b"\xff\xf3", FileKind(".mp3", Shown.SOUND)),
    (b"\xff\xf1", FileKind(".aac", Shown.SOUND)),
    (b"\xff\xf9", FileKind(".aac", Shown.SOUND)),
    (b"fLaC", FileKind(".flac", Shown.SOUND)),
    (b"#!AMR", FileKind(".amr", Shown.FILE)),  # no browser plays it
    (b"caff", FileKind(".caf", Shown.FILE)),
    (b"\x1aE\xdf\xa3", FileKind(".webm", Shown.FILM)),
    (b"%PDF-", FileKind(".pdf", Shown.FILE)),
    (b"7z\xbc\xaf\x27\x1c", FileKind(".7z", Shown.FILE)),
    (b"Rar!\x1a\x07", FileKind(".rar", Shown.FILE)),
    (b"\x1f\x8b", FileKind(".gz", Shown.FILE)),
)
_ZIPPED: Final = frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".apk"})
_OLD_OFFICE: Final = frozenset({".doc", ".xls", ".ppt", ".wps", ".et", ".dps"})
_RIFF: Final = {b"WAVE": FileKind(".wav", Shown.SOUND), b"AVI ": FileKind(".avi", Shown.FILE)}
_SOUND_BRANDS: Final = frozenset({b"M4A ", b"M4B "})
_ANYTHING: Final = FileKind(".bin", Shown.FILE)
_CARD: Final = re.compile(rb"(?:\xef\xbb\xbf)?BEGIN:VCARD\r?\n", re.IGNORECASE)


def kind_of(head: bytes, name: str) -> FileKind:
    """Return what a file is.

    Args:
        head: its first bytes (`LOOKED_AT`), or all.
        name: what it was called; it only tells apart what begins alike and is harmless.
    """
    header = read_header(head)
    if header is not None:
        return _PICTURES[header.format]
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _container(head, "." + name.rpartition(".")[2].lower())


def _container(head: bytes, ending: str) -> FileKind:
    """Return what a file is whose first bytes only say what it is wrapped in."""
    kind = _ANYTHING
    if head[4:8] == b"ftyp":
        kind = FileKind(".m4a", Shown.SOUND) if head[8:12] in _SOUND_BRANDS else FileKind(".mp4", Shown.FILM)
    elif head[:4] == b"RIFF":
        kind = _RIFF.get(head[8:12], _ANYTHING)
    elif head.startswith(b"PK\x03\x04"):
        kind = FileKind(ending if ending in _ZIPPED else ".zip", Shown.FILE)
    elif head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        kind = FileKind(ending if ending in _OLD_OFFICE else ".bin", Shown.FILE)
    elif _CARD.match(head):
        kind = FileKind(".vcf", Shown.FILE)
    return kind
