"""How far a move is: one small file for each pair of phones in the person's state folder, sealed with the vault's key.

It names apps and counts files. It is replaced as a whole after each part and each app, so that it is the old or the new
one whatever happens. What cannot be read counts as none: then the phone itself is looked at, which has what came over.
"""

import contextlib
import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import msgspec

from phoneward.durable import LockHeldError, make_folder, process_lock, sync_file, sync_folder
from phoneward.errors import PhonewardError, readable
from phoneward.moving.errors import MoveNoteError, MoveRunningError
from phoneward.moving.parts import Part
from phoneward.vault import Repository, SealError

FORMAT: Final = 1
FOLDER: Final = "moves"
MAX_FILE: Final = 4 << 20
MAX_APPS: Final = 10_000
MAX_SAID: Final = 50
_SAFE: Final = re.compile(r"[0-9A-Za-z_-]{1,100}\Z")


class NotedPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a part so far.

    Attributes:
        done: whether it was gone through to its end: then it is not done again.
        snapshot: full id of the one that this is about.
        when: the end of the last run of it.
        over, bytes: what this move wrote, all its runs together.
        there: what the phone had already, not from this move.
        missing: what is not on the phone.
        said: why, at most `MAX_SAID` sentences, in the language of that run.
    """

    done: bool
    snapshot: str
    when: dt.datetime
    over: int = 0
    bytes: int = 0
    there: int = 0
    missing: int = 0
    said: list[str] = []


class Noted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the move of one phone to another is.

    Attributes:
        old, new: ids of the phones.
        old_label, new_label: readable.
        begun: when its first run began to write.
        snapshot: full id of the one that moved last.
        finished: when all parts were done; None while they are not.
        parts: by `Part`.
        apps: that this move installed, and when.
    """

    format: int = FORMAT
    old: str
    new: str
    old_label: str
    new_label: str
    begun: dt.datetime
    snapshot: str
    finished: dt.datetime | None = None
    parts: dict[str, NotedPart] = {}
    apps: dict[str, dt.datetime] = {}

    def part(self, part: Part) -> NotedPart | None:
        """Return what is noted of a part."""
        return self.parts.get(part.value)

    def with_part(self, part: Part, noted: NotedPart) -> "Noted":
        """Return the same with another note of a part."""
        return msgspec.structs.replace(self, parts={**self.parts, part.value: noted})


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Noted)


def decode_noted(data: bytes) -> Noted:
    """Return what a note says.

    Raises:
        ValueError: it is none, or of a later version.
    """
    try:
        noted = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, OverflowError) as error:
        raise ValueError(str(error)) from error
    times = [noted.begun, *([noted.finished] if noted.finished else []), *noted.apps.values()]
    times += [part.when for part in noted.parts.values()]
    counts = [n for part in noted.parts.values() for n in (part.over, part.bytes, part.there, part.missing)]
    if noted.format != FORMAT or len(noted.apps) > MAX_APPS or any(n < 0 for n in counts):
        raise ValueError("not a note of ours")
    if not all(time.tzinfo is not None and 2000 < time.year < 9000 for time in times):
        raise ValueError("no time")
    return noted


@dataclass(frozen=True, slots=True)
class Pair:
    """Which move: from which phone to which, by their ids."""

    old: str
    new: str

    @property
    def name(self) -> str:
        """Of the file."""
        if not (_SAFE.match(self.old) and _SAFE.match(self.new)):
            raise ValueError("ids are plain words")
        return f"{self.old}-{self.new}"


class MoveNotes:
    """The note of one move, held so that no second run works on the same phone.

    Args:
        state_dir: the person's state folder.
        repo: the vault.
        pair: which move.

    Raises (on entering):
        MoveRunningError: another run moves onto this phone.
        MoveNoteError: the folder cannot be used.
    """

    def __init__(self, state_dir: Path, repo: Repository, pair: Pair) -> None:
        self._repo = repo
        self._folder = _folder_of(state_dir, repo)
        self._path = self._folder / pair.name
        self._lock = self._folder / f"{pair.new}.lock"
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            make_folder(self._folder)
            self._stack.enter_context(process_lock(self._lock))
        except LockHeldError as error:
            raise MoveRunningError from error
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def load(self) -> Noted | None:
        """Return what is noted; None where nothing is, or nothing that can be read."""
        return _read(self._repo, self._path)

    def note(self, noted: Noted) -> None:
        """Write it down; on the disk when it returns.

        Raises:
            MoveNoteError: it cannot be written.
        """
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(self._repo.seal(_encoder.encode(noted)))
                stream.flush()
                sync_file(stream.fileno())
            new.replace(self._path)
            sync_folder(self._folder)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> MoveNoteError:
        return MoveNoteError(path=readable(os.fsencode(self._folder)), detail=readable(error.strerror or str(error)))


def noted_move(state_dir: Path, repo: Repository, pair: Pair) -> Noted | None:
    """Return what is noted of a move, without holding it: to tell of it."""
    return _read(repo, _folder_of(state_dir, repo) / pair.name)


def noted_moves(state_dir: Path, repo: Repository) -> Iterator[Noted]:
    """Yield what is noted of all moves out of this vault."""
    try:
        paths = sorted(path for path in _folder_of(state_dir, repo).iterdir() if "." not in path.name)
    except OSError:  # none was ever begun
        return
    for path in paths[:100]:
        noted = _read(repo, path)
        if noted is not None:
            yield noted


def _folder_of(state_dir: Path, repo: Repository) -> Path:
    if not _SAFE.match(repo.config.id):
        raise ValueError("ids are plain words")
    return state_dir / FOLDER / repo.config.id


def _read(repo: Repository, path: Path) -> Noted | None:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE)
        return decode_noted(repo.open_sealed(data))
    except (OSError, ValueError, PhonewardError, SealError):  # none, of another key, of a later version, damaged
        return None
