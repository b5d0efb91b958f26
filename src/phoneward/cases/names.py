"""Names of files in a case: the same on Linux, macOS and Windows, in manifests and in every program that reads those.

Beyond what Windows forbids (`vault.safe_names`) no name holds what a manifest would have to escape (`%`, RFC 8493,
2.1.3; a line break), what bagit-python takes for an end of line or trims (any white space but the blank, lines that
`str.splitlines` breaks), or what cannot be seen. Names are in NFC.
"""

import unicodedata
from collections.abc import Collection
from typing import Final

from phoneward.vault import WINDOWS, safe_names

MAX_LENGTH: Final = 120
"""Characters of a name: paths stay below Windows' 260 when a case lies a few folders deep."""


def bag_name(name: str) -> str:
    """Return the name that a file gets in a case; another one's as little changed as possible."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    text = unicodedata.normalize("NFC", text)
    text = "".join(c if c == " " or (c.isprintable() and not c.isspace() and c not in "%/\\") else "_" for c in text)
    text = text.strip(" ") or "_"
    if len(text) > MAX_LENGTH:
        stem, dot, extension = text.rpartition(".")
        short = dot + extension if 0 < len(extension) <= 10 and stem else ""
        text = text[: MAX_LENGTH - len(short)].rstrip(". ") + short
    if text in {".", ".."}:
        text = "_" * len(text)
    encoded = text.encode()
    return safe_names([encoded], WINDOWS)[encoded].name.decode()


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for a new file, with a number where one of that name is there.

    Args:
        name: from `bag_name`.
        taken: keys (`name_key`) of the names in the folder.
    """
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    number = 1
    candidate = name
    while name_key(candidate) in taken:
        number += 1
        candidate = f"{stem}-{number}{dot}{extension}"
    return candidate


def name_key(name: str) -> str:
    """Return what two names have in common that some system takes for one (Unicode 3.13, D145)."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
