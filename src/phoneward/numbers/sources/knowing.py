"""What the sources need of the recogniser and the rulebook, and which version of them made what is remembered."""

import functools
import hashlib
import importlib
from pathlib import Path
from typing import Final, cast

from phoneward.numbers.sources.messages import Recognising

_ROOM: Final = Path(__file__).parents[1]
_RULES: Final = ("recognising", "rulebook", "data", "sources")


@functools.cache
def recogniser() -> Recognising:
    """Return the recogniser, made once."""
    return cast("Recognising", importlib.import_module("phoneward.numbers.recognising").Recogniser())


@functools.cache
def rules_version() -> bytes:
    """Return what changes whenever a rule of recognition does: a hash of their code and data (one megabyte or so)."""
    digest = hashlib.sha256()
    for folder in _RULES:
        for path in sorted((_ROOM / folder).rglob("*")):
            if path.suffix in {".py", ".toml", ".tsv", ".txt", ".json"}:
                digest.update(path.relative_to(_ROOM).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.digest()
