"""What is remembered of canaries on this computer: which were made, where each was put, and whether it is gone.

A canary is noted before anything is written to a phone and stays noted until it is known to be gone, so that a cut in
any step leaves nothing behind unnoticed. The numbers stay: a canary may turn up in a capture or a folder months later.
The file holds nothing of the person but their phone's name.
"""

import contextlib
import datetime as dt
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from phoneward.texts import N_
from phoneward.watch.canary.code import NUMBERS
from phoneward.watch.errors import WatchError

_FILE: Final = "canaries.json"
_MOST: Final = 1_000
_MOST_BYTES: Final = 4 << 20


class CanaryNotesError(WatchError):
    """The notes cannot be read or written."""

    message = N_("The notes about test pictures cannot be used: {path} ({detail}).")
    next_step = N_(
        "Check the folder and the free space. If the file is damaged, look on the phone for pictures that say "
        "“made by Phoneward”, delete them, and rename the file."
    )


class NotedCanary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A canary that was made.

    Attributes:
        number: which one.
        made: when, UTC.
        device: the phone's id; empty where it was written to a file of this computer.
        device_label: the phone's name.
        path: on the phone, or of this computer's file; readable.
        size: bytes.
        sha256: of the file, hex.
        made_folder: a folder on the phone that was made for it; empty where it was there.
        is_heavy: it was for counting bytes.
        gone: when it was seen to be gone, UTC; None while it may be there.
    """

    number: Annotated[int, msgspec.Meta(ge=0, lt=NUMBERS)]
    made: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    device: str
    device_label: str
    path: str
    size: int
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    made_folder: str = ""
    is_heavy: bool = False
    gone: Annotated[dt.datetime, msgspec.Meta(tz=True)] | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    canaries: tuple[NotedCanary, ...]


@dataclass(frozen=True, slots=True)
class CanaryNotes:
    """The notes of one computer.

    Attributes:
        state_dir: the person's state folder; made when something is noted.
    """

    state_dir: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.state_dir / _FILE

    def all(self) -> tuple[NotedCanary, ...]:
        """Return every canary that was noted, oldest first.

        Raises:
            CanaryNotesError: there are notes, and they cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
            noted = msgspec.json.decode(data, type=_File)
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CanaryNotesError(path=self.path, detail=_short(error)) from error
        if noted.version != 1 or len(data) > _MOST_BYTES:
            raise CanaryNotesError(path=self.path, detail=_short(ValueError(f"version {noted.version}")))
        return noted.canaries

    def numbers(self) -> frozenset[int]:
        """Return the numbers of all canaries made here."""
        return frozenset(one.number for one in self.all())

    def left(self, device: str | None = None) -> tuple[NotedCanary, ...]:
        """Return canaries that may still lie on a phone.

        Args:
            device: on this phone; None: on any.
        """
        return tuple(
            one for one in self.all() if one.gone is None and one.device and (device is None or one.device == device)
        )

    def add(self, canary: NotedCanary) -> None:
        """Note a canary, before it is put anywhere. The oldest that are gone are forgotten beyond a thousand."""

        def added(before: tuple[NotedCanary, ...]) -> tuple[NotedCanary, ...]:
            there = [one for one in before if one.gone is None]
            gone = [one for one in before if one.gone is not None]
            return (*gone[-(_MOST - 1) :], *there, canary)

        self._change(added)

    def move(self, canary: NotedCanary) -> None:
        """Note that a canary is to lie somewhere else than was noted."""
        self._change(lambda before: tuple(canary if one.number == canary.number else one for one in before))

    def mark_gone(self, number: int, when: dt.datetime) -> None:
        """Note that a canary is gone from where it was put."""
        self._change(lambda before: tuple(replace_gone(one, when) if one.number == number else one for one in before))

    def _change(self, change: Callable[[tuple[NotedCanary, ...]], tuple[NotedCanary, ...]]) -> None:
        """Write the file anew as a whole: whoever reads it meanwhile sees the old or the new."""
        data = msgspec.json.encode(_File(1, change(self.all())))
        try:
            self.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=_FILE, suffix=".new", dir=self.state_dir)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self.path)
            except BaseException:  # also Ctrl-C: a half-written file does not stay
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise CanaryNotesError(path=self.path, detail=_short(error)) from error


def replace_gone(canary: NotedCanary, when: dt.datetime) -> NotedCanary:
    """Return the note of a canary that is gone; one that was gone before keeps its time."""
    return canary if canary.gone is not None else msgspec.structs.replace(canary, gone=when)


def _short(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error))[:200]
