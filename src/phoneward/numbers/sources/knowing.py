"""What the sources need of the recogniser and the rulebook, and which version of them made what is remembered."""

import functools
import hashlib
from pathlib import Path
from typing import Final

from phoneward.numbers.recognising import Recogniser
from phoneward.numbers.rulebook import rulebook

_ROOM: Final = Path(__file__).parents[1]
_RULES: Final = ("recognising", "rulebook", "data", "sources")


@functools.cache
def recogniser() -> Recogniser:
    """Return the recogniser, made once."""
    return Recogniser(rulebook())


@functools.cache
def rules_version() -> bytes:
    """Return what changes whenever a rule of recognition does: a hash of their code and data (one megabyte or so)."""
    digest = hashlib.sha256()
    for folder in _RULES:
        for path in sorted((_ROOM / folder).rglob("*")):
            if path.suffix in {".py", ".toml", ".tsv", ".txt", ".json"}:
                digest.update(path.relative_to(_ROOM).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.digest()
