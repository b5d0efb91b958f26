"""Messages, calls, contacts and the calendar of a snapshot, as files that apps on a phone take in.

Each file is read from its beginning to its end before it is put anywhere: what is damaged is named and not given out.
The names are those by which apps find them: SMS Backup & Restore shows only files that are called `sms-….xml` and
`calls-….xml` (it writes them as `sms-YYYYMMDDHHMMSS.xml`; see guides/importing.toml for the sources).
"""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Final

from phoneward.errors import PhonewardError, readable
from phoneward.phones import Phone, VolumeKind, WritablePhone
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots.errors import NoRecordsError, NothingReachableError
from phoneward.snapshots.layout import RECORDS
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.placing.into_folder import plan_in_folder
from phoneward.snapshots.placing.items import Content, Item, PlacingPlan, content_of
from phoneward.snapshots.placing.onto_phone import plan_on_phone
from phoneward.snapshots.placing.telling import Reader, Told, tell_calendar, tell_calls, tell_contacts, tell_messages
from phoneward.snapshots.placing.turning import Turn, vcard_for_android
from phoneward.snapshots.reading import find
from phoneward.snapshots.records import RecordsFileError
from phoneward.texts import _, words
from phoneward.vault import Node, NodeType, Repository, Snapshot, open_file

PHONE_FOLDER: Final = b"Download/Phoneward"
"""Below the phone's shared storage: `Download` is in every file manager and file picker (AOSP `Environment.java`,
DIRECTORY_DOWNLOADS)."""

_MAX_FILE: Final = 32 << 30
_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class RecordsKind:
    """One kind of records.

    Attributes:
        kind: its stable name, as in the coverage.
        file: its name in `/records`.
        name: its name where an app looks for it; `{time}` is filled in.
        read: reads it.
        turn: makes of it what apps on phones take in; None where that is the file itself.
    """

    kind: str
    file: bytes
    name: str
    read: Reader
    turn: Turn | None = None


KINDS: Final = (
    RecordsKind("sms", b"sms.xml", "sms-{time}.xml", tell_messages),
    RecordsKind("calls", b"calls.xml", "calls-{time}.xml", tell_calls),
    RecordsKind("contacts", b"contacts.vcf", "contacts.vcf", tell_contacts, vcard_for_android),
    RecordsKind("calendar", b"calendar.ics", "calendar.ics", tell_calendar),
)


@dataclass(frozen=True, slots=True)
class HeldRecords:
    """A file of records that a snapshot holds.

    Attributes:
        name: its name where an app looks for it.
        content: what is given out; None where it is damaged.
        told: what it holds; None where it is damaged.
        damage: what is wrong with it; None where it was read to its end.
    """

    kind: RecordsKind
    source: bytes
    node: Node
    name: str
    content: Content | None = None
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
    items = _items(plan, storage.root, PHONE_FOLDER + b"/")
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
    plan.placing = plan_in_folder(_items(plan, plan.folder, b""))
    return plan


def _items(plan: RecordsPlan, root: bytes, folder: bytes) -> list[Item]:
    return [
        Item(
            owner=held.kind.kind,
            source=held.source,
            root=root,
            where=folder + held.name.encode("ascii"),
            content=held.content,
            mtime_ns=held.node.mtime_ns,
            has_spare_names=True,
        )
        for held in plan.held
        if held.content is not None
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
    source, name = RECORDS + b"/" + kind.file, kind.name.format(time=_name_time(snapshot))
    try:
        if node.type != NodeType.FILE:
            raise RecordsFileError(detail=words("it is no file"))
        if node.size > _MAX_FILE:
            raise RecordsFileError(detail=words("it is larger than any such file"))
        with _opened(repo, node) as stream:
            told = kind.read(stream, heard)
        content = kind.turn(partial(_opened, repo, node)) if kind.turn is not None else None
    except PhonewardError as error:
        return HeldRecords(kind, source, node, name, damage=error)
    return HeldRecords(kind, source, node, name, content or content_of(repo, node), told)


def _opened(repo: Repository, node: Node) -> IO[bytes]:
    return io.BufferedReader(open_file(repo, node), _BUFFER)


def _name_time(snapshot: Snapshot) -> str:
    """Return a snapshot's time as in the names of SMS Backup & Restore, in this computer's time zone."""
    return f"{snapshot.time.astimezone():%Y%m%d%H%M%S}"


def moment_of(time_ms: int | None) -> dt.datetime | None:
    """Return a record's time."""
    return None if time_ms is None else dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=time_ms)
