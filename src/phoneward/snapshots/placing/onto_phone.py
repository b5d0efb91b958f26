"""Single files onto a phone: what is there, in a few questions, then the writing itself (`WritablePhone`)."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

from phoneward.errors import readable
from phoneward.phones import Entry, FileKind, ListingItem, NewFile, Obstacle, Phone, PhoneGoneError, WritablePhone
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots import returning_words
from phoneward.snapshots.errors import PhoneTooFullError, ReturnCutShortError
from phoneward.snapshots.placing.items import Fate, Item, Outcome, Place, PlacingPlan
from phoneward.snapshots.returning_apply import OLD_NAME, why_refused
from phoneward.snapshots.returning_report import Room

_FILE_OVERHEAD = 4096
"""What a file takes beside its content, at most: a block."""


def plan_on_phone(
    phone: Phone, writer: WritablePhone, items: Sequence[Item], *, replace: bool = False, listener: Listener = silent
) -> PlacingPlan:
    """Find out what a phone has where these files are to go; nothing is written.

    Nothing is asked below what is no real folder, and nothing will be written there.

    Args:
        phone: open.
        writer: of the same phone, open; only asked.
        items: in the order in which they are to be written.
        replace: give what differs another name.
        listener: hears the phase plan.

    Raises:
        PhoneGoneError: the connection was lost.
    """
    listener(PhaseStarted("plan"))
    plan = PlacingPlan(replace=replace)
    blocked = _look_at_folders(phone, items, plan)
    asked = [item for item in items if not item.trouble and item.folder not in blocked]
    told = list(_look_at_files(phone, asked, plan))
    theirs = _digests_of_doubts(writer, asked, told)
    answers = iter(told)
    for number, item in enumerate(items):
        if item.trouble or item.folder in blocked:
            reason = item.trouble or blocked[item.folder]
            place = Place(item, item.root + b"/" + item.where, Fate.IMPOSSIBLE, reason)
        else:
            place = _judge(item, next(answers), theirs)
        plan.places.append(place)
        listener(Advanced("plan", number + 1, 0))
    _count_room(writer, plan)
    listener(PhaseDone("plan", len(items), 0))
    return plan


def _look_at_folders(phone: Phone, items: Sequence[Item], plan: PlacingPlan) -> dict[bytes, str]:
    """Sort the folders on the way into new and old; returns those nothing can go into, with the reason."""
    wanted = {folder for item in items if not item.trouble for folder in item.folders()}
    blocked: dict[bytes, str] = {}
    missing: set[bytes] = set()
    by_depth: dict[int, list[bytes]] = {}
    for folder in sorted(wanted):
        by_depth.setdefault(folder.count(b"/"), []).append(folder)
    for depth in sorted(by_depth):
        asked = []
        for folder in by_depth[depth]:
            above = folder.rpartition(b"/")[0]
            if above in blocked:
                blocked[folder] = blocked[above]
            elif above in missing:
                missing.add(folder)
                plan.new_folders.append(folder)
            else:
                asked.append(folder)
        for folder, found in zip(asked, phone.stat(asked), strict=True):
            if _is_missing(found):
                missing.add(folder)
                plan.new_folders.append(folder)
            elif isinstance(found, Entry) and found.kind is FileKind.DIRECTORY:
                plan.old_folders.append(folder)
            else:
                blocked[folder] = _obstacle(found)
    return blocked


def _look_at_files(phone: Phone, items: Sequence[Item], plan: PlacingPlan) -> Iterator[list[ListingItem | None]]:
    """Yield for each item what the phone has under each of its names; None for nothing."""
    missing = set(plan.new_folders)
    paths = [item.folder + b"/" + name for item in items if item.folder not in missing for name in item.names()]
    answers = phone.stat(paths)
    for item in items:
        names = item.names()
        if item.folder in missing:
            yield [None] * len(names)
        else:
            found = [next(answers) for _name in names]
            yield [None if _is_missing(one) else one for one in found]


def _digests_of_doubts(
    writer: WritablePhone, items: Sequence[Item], told: Sequence[Sequence[ListingItem | None]]
) -> dict[bytes, bytes | None]:
    """Return the SHA-256 of every file that has the size of the one that is to go there, as the phone reads it."""
    doubts = [
        (item.folder + b"/" + name, item.content.size)
        for item, found_ones in zip(items, told, strict=True)
        for name, found in zip(item.names(), found_ones, strict=True)
        if isinstance(found, Entry) and found.kind is FileKind.FILE and found.size == item.content.size
    ]
    return dict(zip((path for path, _size in doubts), writer.digests(doubts), strict=True)) if doubts else {}


def _judge(item: Item, told: Sequence[ListingItem | None], theirs: Mapping[bytes, bytes | None]) -> Place:
    """Choose a name: the first under which the file is there already, else the first that is free, else its own."""
    paths = [item.folder + b"/" + name for name in item.names()]
    for path in paths:
        digest = theirs.get(path)
        if digest is not None and digest == item.content.digest():
            return Place(item, path, Fate.SAME)
    free = next((path for path, found in zip(paths, told, strict=True) if found is None), None)
    if free is not None:
        return Place(item, free, Fate.NEW)
    found = told[0]
    if isinstance(found, Entry) and found.kind is FileKind.FILE:
        return Place(item, paths[0], Fate.DIFFERS)
    return Place(item, paths[0], Fate.IMPOSSIBLE, _obstacle(found))


def _is_missing(found: ListingItem) -> bool:
    return not isinstance(found, Entry) and found.obstacle is Obstacle.VANISHED


def _obstacle(found: ListingItem | None) -> str:
    if isinstance(found, Entry):
        return returning_words.KINDS[found.kind] if found.kind is not FileKind.FILE else returning_words.FILE_IN_THE_WAY
    return found.detail if found is not None and found.detail else returning_words.CANNOT_LOOK


def _count_room(writer: WritablePhone, plan: PlacingPlan) -> None:
    rooms: dict[bytes, Room] = {}
    for place in plan.to_write():
        room = rooms.setdefault(place.item.root, Room(place.item.root))
        room.needed += place.item.content.size + _FILE_OVERHEAD
    for room in rooms.values():
        room.free = writer.free_bytes(room.root)
    plan.rooms = list(rooms.values())


def put_on_phone(
    writer: WritablePhone,
    plan: PlacingPlan,
    *,
    listener: Listener = silent,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now().astimezone(),
) -> None:
    """Write what was planned; every file is read back by the phone before it gets its name.

    Args:
        writer: as for the plan.
        plan: what was agreed; what became of each item is noted in it.
        listener: hears the phase restore.
        now: for the names of files that are set aside.

    Raises:
        PhoneTooFullError: it does not fit; nothing was written.
        ReturnCutShortError: the phone is gone. What was written is whole; a new plan goes on from there.
    """
    for room in plan.rooms:
        if not room.is_enough:
            raise PhoneTooFullError(needed=room.needed, free=room.free, storage=readable(room.root))
    places = plan.to_write()
    listener(PhaseStarted("restore", len(places), plan.bytes_to_write))
    done = size = 0
    try:
        if places:
            writer.remove_leftovers(plan.old_folders)
            _make_folders(writer, plan, places)
        suffix = OLD_NAME + now().strftime("%Y%m%d-%H%M%S").encode("ascii")
        sent = [place for place in places if place.outcome is not Outcome.FAILED]
        for place, written in zip(sent, writer.write(_new_file(place, suffix) for place in sent), strict=True):
            if written.refusal is not None:
                place.outcome, place.detail = Outcome.FAILED, why_refused(written)
                continue
            place.outcome = Outcome.WRITTEN
            place.set_aside = place.path.rpartition(b"/")[2] + suffix if written.set_aside else b""
            done, size = done + 1, size + place.item.content.size
            listener(Advanced("restore", done, size, place.path))
        if places:
            writer.settle()
    except PhoneGoneError as error:
        raise ReturnCutShortError(detail=error.sentence(), files=f"{done:,}") from error
    listener(PhaseDone("restore", done, size))


def _make_folders(writer: WritablePhone, plan: PlacingPlan, places: Sequence[Place]) -> None:
    needed = {folder for place in places for folder in place.item.folders()}
    missing = [folder for folder in plan.new_folders if folder in needed]
    failed = {
        folder: why_refused(made)
        for folder, made in zip(missing, writer.make_folders(missing), strict=True)
        if made.refusal is not None
    }
    for place in places:
        if place.item.folder in failed:
            place.outcome, place.detail = Outcome.FAILED, failed[place.item.folder]


def _new_file(place: Place, suffix: bytes) -> NewFile:
    content = place.item.content
    name = place.path.rpartition(b"/")[2]
    set_aside = name + suffix if place.fate is Fate.DIFFERS else b""
    return NewFile(place.path, content.size, place.item.mtime_ns, content.pieces, set_aside)
