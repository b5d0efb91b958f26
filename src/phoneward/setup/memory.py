"""Where a person is in setting up, kept in the state folder: a convenience, never a secret, and never believed alone.

It may be deleted, garbled or written by another version: then what is there is looked at, and nothing is lost. It holds
paths, names, IDs and times; never a password.
"""

import contextlib
import datetime as dt
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

from phoneward.vaultplace import RemotePlace, UnknownServiceError, VaultPlace, parse_place

NAME: Final = "setup.json"
MAX_FILE: Final = 1 << 20
MAX_VAULTS: Final = 20
"""The most recently used ones are remembered."""


class Remembered(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered about one vault.

    Attributes:
        place: its folder, or its address without secrets.
        device, phone: ID and name of the phone that was set up with it.
        serial: adb's name of it; empty for a folder.
        kit: the file that the recovery kit was last written to.
        kit_written: when.
        snapshot: the full ID of the first backup's snapshot.
        proof: the full ID of the proof that a restore of it was compared.
        debugging_off: when the person said that they switched debugging off.
    """

    place: str
    device: str = ""
    phone: str = ""
    serial: str = ""
    kit: str = ""
    kit_written: dt.datetime | None = None
    snapshot: str = ""
    proof: str = ""
    debugging_off: dt.datetime | None = None


class _File(msgspec.Struct, frozen=True):
    vaults: list[Remembered] = []


class Memory:
    """Reads and writes the file.

    Args:
        state_dir: the person's state folder; made when something is written.
    """

    def __init__(self, state_dir: Path) -> None:
        self._file = state_dir / NAME

    def last_place(self) -> VaultPlace | None:
        """Return the vault that was set up last; None where nothing is remembered."""
        vaults = self._load()
        return parse_place(vaults[0].place) if vaults else None

    def of(self, place: VaultPlace) -> Remembered:
        """Return what is remembered about a vault; nothing but its place where that is nothing."""
        return next((one for one in self._load() if one.place == str(place)), Remembered(str(place)))

    def keep(self, remembered: Remembered) -> None:
        """Write it down, as the vault that was used last. A state folder that cannot be written to forgets."""
        others = [one for one in self._load() if one.place != remembered.place]
        data = msgspec.json.format(msgspec.json.encode(_File([remembered, *others][:MAX_VAULTS])), indent=1)
        temporary = self._file.with_name(f".{NAME}-{secrets.token_hex(6)}")
        with contextlib.suppress(OSError, UnicodeError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                    stream.write(data)
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)

    def _load(self) -> list[Remembered]:
        try:
            with self._file.open("rb") as stream:
                data = stream.read(MAX_FILE + 1)
            if len(data) > MAX_FILE:
                return []
            vaults = msgspec.json.decode(data, type=_File).vaults
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return []
        return [one for one in vaults[:MAX_VAULTS] if _is_sane(one)]


def _is_sane(one: Remembered) -> bool:
    """Whether it can have been written by us: an absolute path or an address, and times that can be shown."""
    times = (one.kit_written, one.debugging_off)
    whole = "\0" not in one.place + one.kit and one.place.isprintable() and _is_place(one.place)
    return whole and all(time is None or (time.tzinfo is not None and 2000 < time.year < 9000) for time in times)


def _is_place(text: str) -> bool:
    """Whether a place means the same wherever the program stands. One with a password in it was not written by us."""
    try:
        place = parse_place(text)
    except UnknownServiceError:
        return False
    return str(place) == text if isinstance(place, RemotePlace) else os.path.isabs(text)
