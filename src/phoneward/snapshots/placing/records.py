"""Messages, calls, contacts and the calendar of a snapshot, as files that apps on a phone take in.

Each file is read from its beginning to its end before it is put anywhere: what is damaged is named and not given out.
The names are those by which apps find them: SMS Backup & Restore shows only files that are called `sms-….xml` and
`calls-….xml` (it writes them as `sms-YYYYMMDDHHMMSS.xml`; see guides/importing.toml for the sources).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Final, cast

from phoneward.errors import PhonewardError, readable
from phoneward.phones import Phone, VolumeKind, WritablePhone
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.errors import NoRecordsError, NothingReachableError
from phoneward.snapshots.layout import RECORDS
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.placing.into_folder import plan_in_folder
from phoneward.snapshots.placing.items import Item, PlacingPlan, content_of
from phoneward.snapshots.placing.onto_phone import plan_on_phone
from phoneward.snapshots.reading import find
from phoneward.snapshots.records import CALLS, SMS, Form, RecordsFileError, records_in
from phoneward.snapshots.records.mms_reading import Message, mms_at_once
from phoneward.texts import _, words
from phoneward.vault import Node, NodeType, Repository, Snapshot, open_file

PHONE_FOLDER: Final = b"Download/Phoneward"
"""Below the phone's shared storage: `Download` is in every file manager and file picker (AOSP `Environment.java`,
DIRECTORY_DOWNLOADS)."""

_MAX_FILE: Final = 32 << 30
_TOLD_EVERY: Final = 5_000


@dataclass(slots=True)
class Told:
    """What a file of records says of itself.

    Attributes:
        count: how many records it holds.
        pictured: how many of them are multimedia messages.
        first_ms, last_ms: the times of the earliest and the latest, milliseconds since 1970 UTC; else None.
    """

    count: int = 0
    pictured: int = 0
    first_ms: int | None = None
    last_ms: int | None = None

    def add(self, time_ms: int | None) -> None:
        """Count a record."""
        self.count += 1
        if time_ms is not None:
            self.first_ms = time_ms if self.first_ms is None else min(self.first_ms, time_ms)
            self.last_ms = time_ms if self.last_ms is None else max(self.last_ms, time_ms)


Reader = Callable[[IO[bytes], Callable[[int], None]], Told]
"""Reads a whole file and tells what it holds; hears how many records it has read. Raises PhonewardError."""


@dataclass(frozen=True, slots=True)
class RecordsKind:
    """One kind of records.

    Attributes:
        kind: its stable name, as in the coverage.
        file: its name in `/records`.
        name: its name where an app looks for it; `{time}` is filled in.
        read: reads it.
    """

    kind: str
    file: bytes
    name: str
    read: Reader


def _listed(form: Form) -> Reader:
    def read(stream: IO[bytes], heard: Callable[[int], None]) -> Told:
        told = Told()
        for record in records_in(stream, form):
            told.add(_milliseconds(record.get("date")))
            if told.count % _TOLD_EVERY == 0:
                heard(told.count)
        return told

    return read


def _messages(stream: IO[bytes], heard: Callable[[int], None]) -> Told:
    told = _listed(SMS)(stream, heard)
    stream.seek(0)
    for found in mms_at_once(stream):
        if isinstance(found, Message):
            told.add(_milliseconds(found.columns.get("date")))
            told.pictured += 1
    return told


def _milliseconds(text: str | None) -> int | None:
    """Return a time between 1970 and 9999, None for anything else."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return int(text) if int(text) < 253_402_300_800_000 else None


KINDS: Final = (
    RecordsKind("sms", b"sms.xml", "sms-{time}.xml", _messages),
    RecordsKind("calls", b"calls.xml", "calls-{time}.xml", _listed(CALLS)),
)


@dataclass(frozen=True, slots=True)
class HeldRecords:
    """A file of records that a snapshot holds.

    Attributes:
        name: its name where an app looks for it.
        told: what it holds; None where it is damaged.
        damage: what is wrong with it; None where it was read to its end.
    """

    kind: RecordsKind
    source: bytes
    node: Node
    name: str
    told: Told | None = None
    damage: PhonewardError | None = None

    def sentence(self) -> str:
        """Say what is wrong with it; empty where nothing is."""
        if self.damage is None:
            return ""
        pattern = _("{path} is damaged and is not given out: {detail}")
        return pattern.format(path=readable(self.source), detail=self.damage.sentence())


@dataclass(slots=True)
class RecordsPlan:
    """What would be given out.

    Attributes:
        held: files that are whole, in the order of `KINDS`.
        damaged: files that are not, and stay where they are.
        absent: kinds that the snapshot does not hold.
        is_asked: whether they were asked for by name.
        placing: where each goes; one place for each of `held`.
        folder: where they go, as a person finds it.
    """

    held: list[HeldRecords] = field(default_factory=list)
    damaged: list[HeldRecords] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    is_asked: bool = False
    placing: PlacingPlan = field(default_factory=PlacingPlan)
    folder: bytes = b""

    @property
    def complete(self) -> bool:
        """Whether all that was asked for is in its place now (before it is written: could be)."""
        missing = self.damaged or (self.is_asked and self.absent)
        return not missing and not any(place.is_in_vain for place in self.placing.places)


def plan_records_onto_phone(
    repo: Repository,
    ref: str,
    phone: Phone,
    writer: WritablePhone,
    kinds: Sequence[str] = (),
    *,
    listener: Listener = silent,
) -> RecordsPlan:
    """Read the files of records and find out where they would lie on a phone; nothing is written.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        phone: open.
        writer: of the same phone, open; only asked.
        kinds: such as "sms"; empty for all that the snapshot holds.
        listener: hears the phases read-back and plan.

    Raises:
        NoRecordsError: the snapshot holds none of these.
        NothingReachableError: the phone's shared storage cannot be reached.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        PhoneGoneError: the connection was lost.
    """
    plan = _read(repo, ref, kinds, listener)
    storage = next((one for one in phone.volumes() if one.kind is VolumeKind.SHARED and one.obstacle is None), None)
    if storage is None:
        raise NothingReachableError(detail=words("its shared storage is not there"))
    items = _items(repo, plan, storage.root, PHONE_FOLDER + b"/")
    plan.placing = plan_on_phone(phone, writer, items, listener=listener)
    plan.folder = PHONE_FOLDER
    return plan


def plan_records_into_folder(
    repo: Repository, ref: str, target: Path, kinds: Sequence[str] = (), *, listener: Listener = silent
) -> RecordsPlan:
    """Read the files of records and find out how they would lie in a folder; nothing is written.

    Args and Raises as `plan_records_onto_phone`.
    """
    plan = _read(repo, ref, kinds, listener)
    plan.folder = bytes(target.absolute())
    plan.placing = plan_in_folder(_items(repo, plan, plan.folder, b""))
    return plan


def _items(repo: Repository, plan: RecordsPlan, root: bytes, folder: bytes) -> list[Item]:
    return [
        Item(
            owner=held.kind.kind,
            source=held.source,
            root=root,
            where=folder + held.name.encode("ascii"),
            content=content_of(repo, held.node),
            mtime_ns=held.node.mtime_ns,
            has_spare_names=True,
        )
        for held in plan.held
    ]


def _read(repo: Repository, ref: str, kinds: Sequence[str], listener: Listener) -> RecordsPlan:
    """Read every file that is asked for to its end."""
    snapshot = find(repo, ref)
    trees = TreeReader(repo)
    plan = RecordsPlan(is_asked=bool(kinds))
    listener(PhaseStarted("read-back"))
    done = 0
    for kind in KINDS:
        if kinds and kind.kind not in kinds:
            continue
        source = RECORDS + b"/" + kind.file
        node = trees.find(snapshot.tree, source)
        if node is None:
            plan.absent.append(kind.kind)
            continue
        told = _read_one(repo, snapshot, kind, node, partial(_advance, listener, done))
        if told.damage is None:
            plan.held.append(told)
            done += told.told.count if told.told else 0
        else:
            plan.damaged.append(told)
    listener(PhaseDone("read-back", done, 0))
    if not plan.held and not plan.damaged:
        raise NoRecordsError(snapshot=snapshot.short_id)
    return plan


def _advance(listener: Listener, before: int, count: int) -> None:
    listener(Advanced("read-back", before + count, 0))


def _read_one(
    repo: Repository, snapshot: Snapshot, kind: RecordsKind, node: Node, heard: Callable[[int], None]
) -> HeldRecords:
    held = HeldRecords(kind, RECORDS + b"/" + kind.file, node, kind.name.format(time=_name_time(snapshot)))
    try:
        if node.type != NodeType.FILE:
            raise RecordsFileError(detail=words("it is no file"))
        if node.size > _MAX_FILE:
            raise RecordsFileError(detail=words("it is larger than any such file"))
        with open_file(repo, node) as stream:
            told = kind.read(cast("IO[bytes]", stream), heard)
    except PhonewardError as error:
        return HeldRecords(kind, held.source, node, held.name, damage=error)
    return HeldRecords(kind, held.source, node, held.name, told)


def _name_time(snapshot: Snapshot) -> str:
    """Return a snapshot's time as in the names of SMS Backup & Restore, in this computer's time zone."""
    return f"{snapshot.time.astimezone():%Y%m%d%H%M%S}"


def moment_of(time_ms: int | None) -> dt.datetime | None:
    """Return a record's time."""
    return None if time_ms is None else dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=time_ms)
