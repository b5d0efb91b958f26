r"""Names a system can hold, for names that come from a phone. Pure: nothing here touches a disk.

Linux keeps every name byte for byte. Elsewhere a name that cannot be is changed as little as possible, the same way
each time, and reported with the reason.

Sources: Microsoft, "Naming Files, Paths, and Namespaces" (reserved characters and names, dots and spaces at the end,
8.3 aliases); Apple File System Guide (UTF-8, by default without regard to case and normalisation, 255 bytes).
"""

import enum
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from phoneward.texts import N_


class Change(enum.Enum):
    """Why a name was changed."""

    CHARACTER = "character"
    NOT_UNICODE = "not-unicode"
    RESERVED = "reserved"
    ENDING = "ending"
    TOO_LONG = "too-long"
    CLASH = "clash"


CHANGE_SENTENCES: Final = {
    Change.CHARACTER: N_("it holds a character that this system does not allow in names"),
    Change.NOT_UNICODE: N_("it is not proper text (Unicode)"),
    Change.RESERVED: N_("this system keeps that name for itself"),
    Change.ENDING: N_("this system does not allow a dot or space at the end"),
    Change.TOO_LONG: N_("it is longer than this system allows"),
    Change.CLASH: N_("this system cannot tell it from another name in the same folder"),
}


@dataclass(frozen=True, slots=True)
class NameRules:
    """What a system allows in one name.

    Attributes:
        name: of the system.
        max_length: longest name, in bytes of UTF-8, or in UTF-16 units where `counts_utf16`.
        forbidden: characters that cannot stand in a name.
        unicode_only: names must be UTF-8.
        reserves_dos_names: `NUL`, `con.txt`, trailing dots and spaces, 8.3 aliases (`ABCDEF~1.TXT`).
        folds_case: `a` and `A`, and differently composed accents, are one name.
    """

    name: str
    max_length: int = 255
    forbidden: frozenset[str] = frozenset()
    unicode_only: bool = False
    counts_utf16: bool = False
    reserves_dos_names: bool = False
    folds_case: bool = False


LINUX: Final = NameRules("Linux")
MACOS: Final = NameRules("macOS", unicode_only=True, folds_case=True)
WINDOWS: Final = NameRules(
    "Windows",
    forbidden=frozenset('<>:"/\\|?*') | frozenset(map(chr, range(32))),
    unicode_only=True,
    counts_utf16=True,
    reserves_dos_names=True,
    folds_case=True,
)

_DOS_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)
_DOS_ALIAS: Final = re.compile(r"[^.]{1,7}~\d+(?:\.[^.]{0,3})?")
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")


@dataclass(frozen=True, slots=True)
class SafeName:
    """A name as it will stand on the disk.

    Attributes:
        name: bytes for `os` functions (UTF-8 but on Linux, where it may be anything).
        changes: why it differs from the original; empty where it does not.
    """

    name: bytes
    changes: tuple[Change, ...] = ()


def safe_name(original: bytes, rules: NameRules) -> SafeName:
    """Return the name one path component gets under the rules. Clashes need the whole folder: `safe_names`.

    Raises:
        ValueError: no path component (empty, `.`, `..`, with `/` or NUL): there is no harmless reading of such a name.
    """
    if original in {b"", b".", b".."} or b"/" in original or b"\0" in original:
        raise ValueError("not a path component")
    changes: list[Change] = []
    if rules.unicode_only or rules.forbidden or rules.reserves_dos_names:
        text = _as_text(original, changes)
        text = _without_forbidden(text, rules, changes)
        if rules.reserves_dos_names:
            text = _without_dos_names(text, changes)
        encoded = text.encode()
    else:
        encoded = original
    if _length(encoded, rules) > rules.max_length:
        changes.append(Change.TOO_LONG)
        encoded = _shortened(encoded, original, 6, rules)
    return SafeName(encoded, tuple(changes))


def safe_names(originals: Iterable[bytes], rules: NameRules) -> dict[bytes, SafeName]:
    """Return the names of a whole folder, all different on the system.

    A name that needs no change keeps it, whoever else wants it; the others get six digits of their SHA-256 (more if
    need be), so that each is the same in every restore. Which of two that differ only in case keeps its name: the first
    in byte order.

    Raises:
        ValueError: see `safe_name`.
    """
    mapped = {original: safe_name(original, rules) for original in sorted(set(originals))}
    if not rules.folds_case and not any(name.changes for name in mapped.values()):
        return mapped
    taken: set[str | bytes] = set()
    for original in sorted(mapped, key=lambda name: (bool(mapped[name].changes), name)):
        candidate, digits = mapped[original], 4
        while _key(candidate.name, rules) in taken:
            digits += 2
            name = _shortened(mapped[original].name, original, digits, rules)
            candidate = SafeName(name, (*mapped[original].changes, Change.CLASH))
        mapped[original] = candidate
        taken.add(_key(candidate.name, rules))
    return mapped


def _as_text(original: bytes, changes: list[Change]) -> str:
    try:
        return original.decode()
    except UnicodeDecodeError:
        changes.append(Change.NOT_UNICODE)
    text = original.decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(c) - 0xDC00:02X}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)


def _without_forbidden(text: str, rules: NameRules, changes: list[Change]) -> str:
    if rules.forbidden.isdisjoint(text):
        return text
    changes.append(Change.CHARACTER)
    return "".join("_" if c in rules.forbidden else c for c in text)


def _without_dos_names(text: str, changes: list[Change]) -> str:
    stripped = text.rstrip(". ")
    if stripped != text:
        changes.append(Change.ENDING)
        text = stripped + "_" * (len(text) - len(stripped))
    if _DOS_DEVICE.fullmatch(text.partition(".")[0].rstrip(" ")):
        changes.append(Change.RESERVED)
        text = "_" + text
    if _DOS_ALIAS.fullmatch(text):
        changes.append(Change.RESERVED)
        text = text.replace("~", "_")
    return text


def _length(encoded: bytes, rules: NameRules) -> int:
    return (
        len(encoded.decode("utf-8", "surrogateescape").encode("utf-16-le", "surrogatepass")) // 2
        if (rules.counts_utf16)
        else len(encoded)
    )


def _shortened(encoded: bytes, original: bytes, digits: int, rules: NameRules) -> bytes:
    """Return the name with a mark from its original's hash before the extension, cut to fit."""
    mark = b"_" + hashlib.sha256(original).hexdigest()[:digits].encode()
    text = encoded.decode("utf-8", "surrogateescape")
    match = _EXTENSION.search(text)
    extension = match[0] if match and match.start() > 0 else ""
    stem = text[: len(text) - len(extension)]
    while True:
        name = stem.encode("utf-8", "surrogateescape") + mark + extension.encode()
        over = _length(name, rules) - rules.max_length
        if over <= 0:
            return name
        stem = stem[: -max(1, over // 4)]


def _key(name: bytes, rules: NameRules) -> str | bytes:
    """Return what two names have in common that the system takes for one."""
    if not rules.folds_case:
        return name
    text = name.decode("utf-8", "surrogateescape")
    # Canonical caseless matching (Unicode 3.13, D145), more cautious than any of the systems.
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
