"""Single files into a folder on this computer: never over anything, never half under their names."""

import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from phoneward.durable import sync_file, sync_folder
from phoneward.errors import PhonewardError, readable
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.placing.items import Fate, Item, Outcome, Place, PlacingPlan
from phoneward.texts import N_
from phoneward.vault import RestoreTargetError

_PIECE = 1 << 20
READ_BACK_DIFFERENT = N_("what was read back is not what was written")
_TAKEN_MEANWHILE = N_("something else got this name meanwhile, and was left as it is")
_NO_FILE = N_("something else than a file has its name")


def plan_in_folder(items: Sequence[Item]) -> PlacingPlan:
    """Find out what is in the folders already; nothing is written.

    Args:
        items: with names below their roots, folders of this computer that need not exist; no folder between.
    """
    return PlacingPlan([_judge(item) for item in items])


def _judge(item: Item) -> Place:
    free = different = None
    for name in item.names():
        path = item.folder + b"/" + name
        if not os.path.lexists(path):
            free = free or path
        elif _is_same(item, path):
            return Place(item, path, Fate.SAME)
        else:
            different = different or path
    if free is not None:
        return Place(item, free, Fate.NEW)
    return Place(item, different or item.folder, Fate.IMPOSSIBLE, _NO_FILE)


def _is_same(item: Item, path: bytes) -> bool:
    try:
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) != item.content.size:
            return False
        return _digest(path) == item.content.digest()
    except OSError:  # it cannot be read: then nothing can be said to be the same
        return False


def _digest(path: bytes) -> bytes:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def put_in_folder(plan: PlacingPlan, listener: Listener = silent) -> None:
    """Write what was planned; every file is read back.

    Args:
        plan: what was agreed; what became of each item is noted in it.
        listener: hears the phase restore.

    Raises:
        RestoreTargetError: the folder cannot be made or written.
    """
    places = plan.to_write()
    listener(PhaseStarted("restore", len(places), plan.bytes_to_write))
    done = size = 0
    for place in places:
        try:
            Path(os.fsdecode(place.item.folder)).mkdir(parents=True, exist_ok=True)
            _write(place)
        except PhonewardError as error:  # its content in the vault cannot be read
            place.outcome, place.detail = Outcome.FAILED, error.sentence()
        except OSError as error:
            raise RestoreTargetError(
                path=readable(place.item.folder), reason=readable(error.strerror or str(error))
            ) from error
        if place.outcome is Outcome.WRITTEN:
            done, size = done + 1, size + place.item.content.size
        listener(Advanced("restore", done, size, place.path))
    listener(PhaseDone("restore", done, size))


def _write(place: Place) -> None:
    """Put one file into its folder, under its name."""

    def fill(write: Callable[[bytes], object]) -> None:
        for piece in place.item.content.pieces():
            write(piece)

    try:
        is_same = write_new(place.path, fill, place.item.mtime_ns)
    except FileExistsError:
        place.outcome, place.detail = Outcome.FAILED, _TAKEN_MEANWHILE
        return
    place.outcome = Outcome.WRITTEN if is_same else Outcome.FAILED
    place.detail = "" if is_same else READ_BACK_DIFFERENT


def write_new(path: bytes, fill: Callable[[Callable[[bytes], object]], None], mtime_ns: int | None = None) -> bool:
    """Write a file under a name of our own, private, read it back, then give it its name unless that is taken.

    Args:
        path: its name, in a folder that exists.
        fill: given what takes the content in order, piece by piece.
        mtime_ns: its time; None for now.

    Returns:
        False where something else was read back; then there is no file, as after every error.

    Raises:
        FileExistsError: the name is taken.
        OSError: it cannot be written.
    """
    folder = os.path.dirname(path) or b"."
    unfinished = folder + b"/.phoneward-" + secrets.token_hex(8).encode() + b".part"
    sha = hashlib.sha256()
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:

            def write(piece: bytes) -> None:
                sha.update(piece)
                stream.write(piece)

            fill(write)
            stream.flush()
            sync_file(stream.fileno())
        if _digest(unfinished) != sha.digest():
            return False
        if mtime_ns is not None:
            os.utime(unfinished, ns=(mtime_ns, mtime_ns))
        _name(unfinished, path)
        sync_folder(Path(os.fsdecode(folder)))
        return True
    finally:
        if os.path.lexists(unfinished):
            os.unlink(unfinished)


def _name(unfinished: bytes, path: bytes) -> None:
    """Give a finished file its name. Raises FileExistsError where that is taken."""
    if sys.platform == "win32":
        os.rename(unfinished, path)  # fails where the name is taken
        return
    try:
        os.link(unfinished, path)  # fails where the name is taken
    except FileExistsError:
        raise
    except OSError:  # FAT and exFAT know no links: between looking and renaming another program has microseconds
        if os.path.lexists(path):
            raise FileExistsError from None
        os.rename(unfinished, path)
