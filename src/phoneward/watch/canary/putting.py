"""Put a canary on a phone as a screenshot would come, and take it away again: exactly it, and nothing else."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.media import Format
from phoneward.phones import (
    Entry,
    FileKind,
    NewFile,
    Phone,
    PicturePhone,
    Refusal,
    Removal,
    WritablePhone,
    screenshot_folders,
)
from phoneward.watch.canary.errors import CanaryRefusedError
from phoneward.watch.canary.making import Canary, make_canary
from phoneward.watch.canary.notes import CanaryNotes, NotedCanary
from phoneward.watch.canary.places import Place, place_for
from phoneward.watch.canary.screen import Screen
from phoneward.watch.canary.storage import moment

BY_HAND_FOLDER = "Pictures/Phoneward"
"""Where a canary lies that a person is to photograph themselves: no folder of screenshots."""
_TRIES = 5
_SECOND_NS = 10**9


@dataclass(frozen=True, slots=True)
class Hands:
    """A phone that is open, and all that touches it.

    Attributes:
        phone: is read.
        writer: takes files.
        tester: shows and removes them.
        notes: of this computer.
    """

    phone: Phone
    writer: WritablePhone
    tester: PicturePhone
    notes: CanaryNotes


@dataclass(frozen=True, slots=True)
class Put:
    """A canary on a phone.

    Attributes:
        note: what is remembered of it.
        path: on the phone.
        put: when it got its name, by the phone's clock, UTC.
        is_listed: whether the phone's list of pictures has it; None where the phone does not say.
        place: why there.
    """

    note: NotedCanary
    path: bytes
    put: dt.datetime
    is_listed: bool | None
    place: Place


def canary_for(hands: Hands, place: Place) -> Canary:
    """Make a canary as large as this phone's screen."""
    return make_canary(screen_of(hands), format=place.format, used=hands.notes.numbers())


def screen_of(hands: Hands) -> Screen:
    """Return the phone's screen; a common one where the phone does not tell."""
    size = hands.tester.screen_size()
    return Screen(*size) if size is not None and all(240 <= side <= 8_192 for side in size) else Screen()


def screenshot_place(hands: Hands) -> Place:
    """Return where a screenshot of this phone would lie now."""
    root = _root(hands.phone)
    folders = screenshot_folders()
    items = hands.phone.stat([root + b"/" + folder.encode() for folder in folders])
    there = {
        folder
        for folder, item in zip(folders, items, strict=True)
        if isinstance(item, Entry) and item.kind is FileKind.DIRECTORY
    }
    identity = hands.phone.identity
    return place_for(identity.manufacturer, identity.model, _now(hands.phone), there)


def by_hand_place(hands: Hands) -> Place:
    """Return where a canary lies that the person is to take a screenshot of."""
    return Place(BY_HAND_FOLDER, f"Phoneward_{_now(hands.phone):%Y%m%d-%H%M%S}.png", Format.PNG, is_confirmed=True)


def put(hands: Hands, canary: Canary, place: Place, *, is_heavy: bool = False) -> Put:
    """Write a canary to the phone and have it listed. It is noted before.

    Raises:
        CanaryRefusedError: the phone did not take it; nothing of it is there.
        PhoneGoneError: the connection was lost; `take_away` of the next run mends it.
    """
    root = _root(hands.phone)
    folder = root + b"/" + place.folder.encode()
    made_folder = folder.decode() if _is_missing(hands.phone, folder) else ""
    for attempt in range(_TRIES):
        path = folder + b"/" + _numbered(place.name, attempt).encode()
        now_ns = hands.phone.now_ns()
        note = _note(hands.phone, canary, path, moment(now_ns), made_folder=made_folder, is_heavy=is_heavy)
        (hands.notes.move if attempt else hands.notes.add)(note)
        refusal, detail = _write(hands, folder, path, canary, now_ns)
        if refusal is None:
            return Put(note, path, moment(now_ns), hands.tester.announce(path), place)
        if refusal is not Refusal.EXISTS or attempt == _TRIES - 1:
            _forget(hands, note)
            raise CanaryRefusedError(path=readable(path), detail=detail or refusal.value)
    raise AssertionError  # the last attempt returned or raised


def _note(
    phone: Phone, canary: Canary, path: bytes, made: dt.datetime, *, made_folder: str, is_heavy: bool
) -> NotedCanary:
    return NotedCanary(
        number=canary.number,
        made=made,
        device=phone.identity.id,
        device_label=phone.identity.label,
        path=path.decode("utf-8", "surrogateescape"),
        size=len(canary.data),
        sha256=canary.sha256,
        made_folder=made_folder,
        is_heavy=is_heavy,
    )


def _write(hands: Hands, folder: bytes, path: bytes, canary: Canary, now_ns: int) -> tuple[Refusal | None, str]:
    parents = _parents(_root(hands.phone), folder)
    for made in hands.writer.make_folders(parents):
        if made.refusal is not None:
            return made.refusal, made.detail
    hands.writer.remove_leftovers([folder])

    def pieces() -> Iterator[bytes]:
        yield canary.data

    (written,) = hands.writer.write([NewFile(path, len(canary.data), now_ns, pieces)])
    return written.refusal, written.detail


def take_away(hands: Hands, note: NotedCanary) -> Removal:
    """Remove a canary from its phone, and what putting it there left behind.

    A file with another content is left, and counts as gone: what was written is no longer there.

    Raises:
        PhoneGoneError: the connection was lost; it stays noted.
    """
    path = note.path.encode("utf-8", "surrogateescape")
    removal = hands.tester.remove(path, note.size, bytes.fromhex(note.sha256))
    hands.writer.remove_leftovers([path.rpartition(b"/")[0]])
    if removal is Removal.REFUSED:
        return removal
    hands.tester.announce(path)
    _forget(hands, note)
    return removal


def _forget(hands: Hands, note: NotedCanary) -> None:
    if note.made_folder:
        hands.tester.remove_empty_folder(note.made_folder.encode("utf-8", "surrogateescape"))
    hands.notes.mark_gone(note.number, moment(hands.phone.now_ns()))


def _root(phone: Phone) -> bytes:
    return phone.volumes()[0].root


def _is_missing(phone: Phone, folder: bytes) -> bool:
    (item,) = phone.stat([folder])
    return not isinstance(item, Entry)


def _parents(root: bytes, folder: bytes) -> list[bytes]:
    parts = folder.removeprefix(root + b"/").split(b"/")
    return [root + b"/" + b"/".join(parts[: count + 1]) for count in range(len(parts))]


def _numbered(name: str, attempt: int) -> str:
    stem, dot, suffix = name.rpartition(".")
    return name if not attempt else f"{stem}_{attempt}{dot}{suffix}"


def _now(phone: Phone) -> dt.datetime:
    """Return the phone's time; in this computer's time zone, which is nearly always the phone's."""
    return moment(phone.now_ns()).astimezone()
