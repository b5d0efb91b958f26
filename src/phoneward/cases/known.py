"""Which cases there are on this computer: their folders, noted when they are made or opened; nothing else of them."""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

_FILE: Final = "cases.json"
_MOST: Final = 200
_MOST_BYTES: Final = 1 << 20
_KEY: Final = 16


class _Known(msgspec.Struct, frozen=True):
    format: int
    folders: tuple[str, ...]


def known_cases(state_dir: Path) -> tuple[Path, ...]:
    """Return the folders that are noted, the one opened last first. Notes that cannot be read are none."""
    try:
        with (state_dir / _FILE).open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        noted = msgspec.json.decode(data, type=_Known)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return ()
    return tuple(Path(folder) for folder in noted.folders[:_MOST] if os.path.isabs(folder) and "\0" not in folder)


def note_case(state_dir: Path, folder: Path) -> None:
    """Note that a case was made or opened. Where it cannot be noted, the case is as good; it is not listed."""
    place = folder.absolute()
    _write(state_dir, (place, *(one for one in known_cases(state_dir) if one != place))[:_MOST])


def forget_case(state_dir: Path, folder: Path) -> None:
    """Take a case off the list. Nothing in its folder is touched."""
    _write(state_dir, tuple(one for one in known_cases(state_dir) if one != folder.absolute()))


def case_key(folder: Path) -> str:
    """Return a short name for a case's folder, for addresses: sixteen hexadecimal digits."""
    return hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:_KEY]


def _write(state_dir: Path, folders: tuple[Path, ...]) -> None:
    data = msgspec.json.encode(_Known(1, tuple(os.fsencode(one).decode("utf-8", "replace") for one in folders)))
    with contextlib.suppress(OSError):
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = state_dir / f".{_FILE}.{secrets.token_hex(6)}"
        try:
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(data)
            os.replace(made, state_dir / _FILE)
        finally:
            made.unlink(missing_ok=True)
