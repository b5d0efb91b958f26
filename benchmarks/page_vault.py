"""A vault as the page has to bear it: 1,000 snapshots in three years, 1,000,000 files in the newest one.

Every file is tiny and no other's, so that names, trees and index are as large as a real phone's. Three folders of
pictures grow by 20 names a day to 20,000; WeChat has 4,096 hashed folders, of which twenty change each day; 200 apps
have folders eight deep. Each snapshot has `/coverage.json`, `/device.json` and `/packages.json` of 300 apps, made by
Phoneward's own encoders; the newest names 50,000 gaps. A second phone, backups that were cut short and later proofs
are among the snapshots.
"""

import bisect
import datetime as dt
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.phones import AppInventory, Identity, InstalledApp
from phoneward.snapshots import (
    ApkState,
    AppCoverage,
    Area,
    Coverage,
    Gap,
    GapReason,
    Proof,
    ProofLevel,
    State,
    StorageCoverage,
    Totals,
    encode_coverage,
)
from phoneward.snapshots.coverage import Levels
from phoneward.snapshots.inventory import (
    ListingRecord,
    device_document,
    encode_document,
    packages_document,
)
from phoneward.snapshots.layout import FULL_PATHS, PARTIAL_PATHS, PROOF_PATHS, TAG, device_tag, proof_tags
from phoneward.vault import (
    BlobId,
    BlobType,
    BlobWriter,
    FileId,
    LocalStorage,
    Node,
    NodeType,
    Repository,
    Snapshot,
    SnapshotSummary,
    encode_tree,
    go_mode,
    init_repository,
    load_snapshot,
    load_snapshots,
    load_tree,
    save_snapshot,
)

DEVICE: Final = "bench-phone"
SECOND_DEVICE: Final = "bench-tablet"
DAY_NS: Final = 86_400 * 10**9
LAST_NS: Final = int(dt.datetime(2026, 11, 27, 22, tzinfo=dt.UTC).timestamp()) * 10**9
GAPS: Final = 50_000
_HEAD, _TAIL = b'{"nodes":[', b"]}\n"


@dataclass
class Shape:
    """How large it is. The defaults are what is promised; `scaled` makes a small one."""

    days: int = 980
    pictures_a_day: int = 20
    start_pictures: int = 400
    hashed: int = 4_096
    hashed_files: int = 156
    apps: int = 200
    depth: int = 8
    app_files: int = 175
    changed_folders: int = 20

    @classmethod
    def scaled(cls, share: float) -> "Shape":
        """Return one of about this share of the files and days."""
        days = max(8, int(980 * share))
        return cls(days=days, hashed=max(16, int(4096 * share)), apps=max(4, int(200 * share)))


@dataclass
class Folder:
    """A folder of the made-up phone: names with their JSON, kept in order, so that a day's new tree is quickly made."""

    names: list[bytes] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    folders: dict[bytes, "Folder"] = field(default_factory=dict)
    tree: BlobId | None = None
    files: int = 0

    def put(self, name: bytes, line: bytes) -> None:
        """Add a file, or replace it."""
        at = bisect.bisect_left(self.names, name)
        if at < len(self.names) and self.names[at] == name:
            self.lines[at] = line
        else:
            self.names.insert(at, name)
            self.lines.insert(at, line)
        self.tree = None

    def at(self, path: str) -> "Folder":
        """Return a folder below, made where it is not there; all on the way count as changed."""
        folder = self
        folder.tree = None
        for part in path.encode().split(b"/"):
            folder = folder.folders.setdefault(part, Folder())
            folder.tree = None
        return folder

    def store(self, writer: BlobWriter) -> BlobId:
        """Store what changed; return the tree."""
        if self.tree is None:
            merged = list(zip(self.names, self.lines, strict=True))
            for name, folder in self.folders.items():
                node = Node(
                    name=name,
                    type=NodeType.DIR,
                    mode=go_mode(NodeType.DIR, 0o755),
                    mtime_ns=LAST_NS - 900 * DAY_NS,
                    subtree=folder.store(writer),
                )
                merged.append((name, line_of(node)))
            merged.sort()
            data = _HEAD + b",".join([line for _name, line in merged]) + _TAIL
            writer.put(BlobType.TREE, data)
            self.tree = BlobId(hashlib.sha256(data).digest())
            self.files = len(self.names) + sum(folder.files for folder in self.folders.values())
        return self.tree


def line_of(node: Node) -> bytes:
    """Return a node's JSON as it stands in a tree."""
    return encode_tree([node])[len(_HEAD) : -len(_TAIL)]


class Phone:
    """The made-up phone, day by day."""

    def __init__(self, writer: BlobWriter, shape: Shape) -> None:
        self.root = Folder()
        self._writer = writer
        self._shape = shape
        self._chance = random.Random(4)
        self._number = 0
        self._hashed: list[str] = []
        self._databases: list[tuple[str, bytes]] = []

    def start_at(self, number: int) -> None:
        """Count contents from here on, so that they are no earlier ones."""
        self._number = number

    def file(self, folder: Folder, name: bytes, time_ns: int) -> None:
        """Make or change a file."""
        self._number += 1
        content = b"file %d" % self._number
        self._writer.put(BlobType.DATA, content)
        node = Node(
            name=name,
            type=NodeType.FILE,
            mode=0o660,
            mtime_ns=time_ns,
            atime_ns=time_ns,
            ctime_ns=time_ns + 123_456_789,
            uid=10_123,
            gid=1_015,
            inode=1_000_000 + self._number,
            size=len(content),
            content=(BlobId(hashlib.sha256(content).digest()),),
        )
        folder.put(name, line_of(node))

    def begin(self, first_ns: int) -> None:
        """Fill the phone as it was on its first day."""
        shape, chance = self._shape, self._chance
        for day in range(shape.start_pictures // shape.pictures_a_day):
            self.pictures(first_ns - (day + 1) * DAY_NS)
        top = "shared/Android/data/com.tencent.mm/MicroMsg/" + chance.randbytes(16).hex() + "/image2"
        side = max(1, int(shape.hashed**0.5))
        for number in range(shape.hashed):
            path = f"{top}/{number // side:02x}/{number % side:02x}"
            self._hashed.append(path)
            folder = self.root.at(path)
            for _file in range(shape.hashed_files):
                self.file(
                    folder, b"th_" + chance.randbytes(16).hex().encode(), first_ns - chance.randrange(400) * DAY_NS
                )
        for app in range(shape.apps):
            self._app(f"shared/Android/data/com.example.app{app:03}/files", first_ns)

    def _app(self, path: str, first_ns: int) -> None:
        for depth in range(self._shape.depth):
            path += f"/level{depth}"
            folder = self.root.at(path)
            for number in range(self._shape.app_files):
                word = self._chance.choice(["报告", "发票", "cache", "Track", "聊天记录", "book"])
                self.file(folder, f"{word}_{number:05}.{number % 7}.dat".encode(), first_ns - number * 10**12)
            self.file(folder, b"state.db", first_ns)
            self._databases.append((path, b"state.db"))

    def pictures(self, time_ns: int) -> None:
        """Take a day's pictures."""
        stamp = dt.datetime.fromtimestamp(time_ns // 10**9, dt.UTC)
        for path, form in (
            ("shared/DCIM/Camera", "IMG_{day}_{second:06}.jpg"),
            ("shared/Pictures/Screenshots", "Screenshot_{day}-{second:06}_com.tencent.mm.png"),
            ("shared/Pictures/WeiXin", "mmexport{second:06}{day}.jpg"),
        ):
            folder = self.root.at(path)
            for number in range(self._shape.pictures_a_day):
                second = 70_000 + number * 137
                name = form.format(day=f"{stamp:%Y%m%d}", second=second)
                self.file(folder, name.encode(), time_ns + number * 137 * 10**9)

    def next_day(self, time_ns: int) -> None:
        """Live on for a day."""
        self.pictures(time_ns)
        for path in self._chance.sample(self._hashed, min(len(self._hashed), self._shape.changed_folders)):
            self.file(self.root.at(path), b"th_" + self._chance.randbytes(16).hex().encode(), time_ns)
        for path, name in self._chance.sample(self._databases, min(5, len(self._databases))):
            self.file(self.root.at(path), name, time_ns)

    def document(self, name: bytes, content: bytes, time_ns: int) -> None:
        """Put one of Phoneward's own documents at the top."""
        self._writer.put(BlobType.DATA, content)
        blob = BlobId(hashlib.sha256(content).digest())
        node = Node(name=name, type=NodeType.FILE, mode=0o600, mtime_ns=time_ns, size=len(content), content=(blob,))
        self.root.put(name, line_of(node))


def _apps() -> Iterator[InstalledApp]:
    for number in range(300):
        yield InstalledApp(
            package=f"com.example.app{number:03}",
            user_id=0,
            version_code=100 + number,
            version_name=f"8.0.{number}",
            installer="com.android.vending",
            is_system=number >= 120,
            uid=10_000 + number,
            first_installed_ns=LAST_NS - 1000 * DAY_NS,
            last_updated_ns=LAST_NS - number * DAY_NS,
            app_bytes=50_000_000,
            data_bytes=number * 1_000_000,
            cache_bytes=1_000_000,
            apk_paths=(b"/data/app/~~x==/com.example.app%03d-y==/base.apk" % number,),
        )


def coverage(device: str, time_ns: int, files: int, gaps: int) -> bytes:
    """Return a coverage document of 300 apps."""
    states = [State.KEPT, State.PART, State.OUT_OF_REACH, State.OWN_BACKUP]
    taken = dt.datetime.fromtimestamp(time_ns // 10**9, dt.UTC)
    reasons = [GapReason.DENIED, GapReason.VANISHED, GapReason.TORN]
    return encode_coverage(
        Coverage(
            format=1,
            device=device,
            label="Grandma's phone",
            taken=taken,
            complete=gaps == 0,
            partial=False,
            proof=Proof(ProofLevel.STORED, taken),
            totals=Totals(files, files * 15, 3_000_000_000, 11_000_000_000, 12, 40),
            storages=[
                StorageCoverage(
                    Area.SHARED,
                    "",
                    "Phone",
                    "/shared",
                    "/sdcard",
                    State.PART,
                    "gaps",
                    "",
                    files,
                    files * 15,
                    None,
                    gaps,
                )
            ],
            apps=[
                AppCoverage(
                    package=app.package,
                    user_id=0,
                    version_name=app.version_name,
                    version_code=app.version_code,
                    is_system=app.is_system,
                    state=states[number % 4],
                    reason="no-access",
                    next_step="own-backup",
                    apk=ApkState.KEPT,
                    kept_files=number * 7,
                    kept_bytes=number * 70_000,
                    phone_bytes=app.data_bytes,
                    out_of_reach_bytes=app.data_bytes if number % 4 == 2 else None,
                )
                for number, app in enumerate(_apps())
            ],
            gap_counts={reason.value: gaps // 3 for reason in reasons} if gaps else {},
            gaps=[
                Gap(
                    f"/sdcard/Android/data/com.example.app{n % 300:03}/cache/deep/folder/file_{n:06}.tmp",
                    reasons[n % 3],
                )
                for n in range(gaps)
            ],
            not_checked={},
            levels=Levels(files, files // 10, files - files // 10, 0, taken),
        )
    )


def _others(device: str, label: str, time_ns: int) -> dict[bytes, bytes]:
    taken = dt.datetime.fromtimestamp(time_ns // 10**9, dt.UTC)
    identity = Identity(
        id=device,
        label=label,
        kind="adb",
        manufacturer="Xiaomi",
        model="M2007",
        os_version="14",
        api_level=34,
        build_fingerprint="xiaomi/x/y:14/z",
    )
    listing = ListingRecord(time_ns, 10**9, has_ctime=True)
    return {
        b"device.json": encode_document(device_document(identity, label, taken, listing, [])),
        b"packages.json": encode_document(packages_document(AppInventory(tuple(_apps()), {}), {})),
    }


def make(place: Path, password: str, shape: Shape | None = None) -> None:
    """Make the vault; says on standard output how far it is."""
    shape = shape or Shape()
    repo = init_repository(LocalStorage(place), password)
    repo.load_index()
    first_ns = LAST_NS - (shape.days - 1) * DAY_NS
    roots: list[tuple[BlobId, int, int]] = []
    with repo.writer() as writer:
        phone = Phone(writer, shape)
        phone.begin(first_ns)
        for day in range(shape.days):
            time_ns = first_ns + day * DAY_NS
            phone.next_day(time_ns)
            gaps = GAPS if day == shape.days - 1 else 30
            phone.document(b"coverage.json", coverage(DEVICE, time_ns, phone.root.files, gaps), time_ns)
            for name, content in _others(DEVICE, "Grandma's phone", time_ns).items():
                phone.document(name, content, time_ns)
            roots.append((phone.root.store(writer), phone.root.files, time_ns))
            if day % 50 == 0:
                print(f"day {day}: {phone.root.files:,} files", flush=True)
    _save_snapshots(repo, roots)
    _add_others(repo, shape, roots)


def add_day(repo: Repository, shape: Shape | None = None) -> Snapshot:
    """Add one more snapshot: the newest one's tree with 60 new pictures, as a next day would bring."""
    shape = shape or Shape()
    newest = [s for s in load_snapshots(repo) if device_tag(DEVICE) in s.tags and s.paths == FULL_PATHS][-1]
    time_ns = newest.time_ns + DAY_NS
    with repo.writer() as writer:
        phone = Phone(writer, shape)
        phone.start_at(time_ns // 10**9)
        added = Folder()
        phone.root = added
        phone.pictures(time_ns)
        root = _grafted(repo, writer, newest.tree, added)
    name = save_snapshot(repo, _snapshot(root, time_ns, 0, DEVICE))
    return load_snapshot(repo, name)


def _grafted(repo: Repository, writer: BlobWriter, tree: BlobId, added: Folder) -> BlobId:
    folder = Folder()
    for node in load_tree(repo, tree):
        if node.subtree is not None and node.name in added.folders:
            subtree = _grafted(repo, writer, node.subtree, added.folders[node.name])
            line = line_of(Node(name=node.name, type=NodeType.DIR, mode=node.mode, subtree=subtree))
        else:
            line = line_of(node)
        folder.names.append(node.name)
        folder.lines.append(line)
    for name, line in zip(added.names, added.lines, strict=True):
        folder.put(name, line)
    return folder.store(writer)


def _snapshot(root: BlobId, time_ns: int, files: int, device: str, **fields: object) -> Snapshot:
    return Snapshot(
        time_ns=time_ns,
        tree=root,
        paths=tuple(fields.get("paths", FULL_PATHS)),  # type: ignore[arg-type]
        hostname="Grandma's phone" if device == DEVICE else "Tablet",
        username="owner",
        tags=tuple(fields.get("tags", (TAG, device_tag(device)))),  # type: ignore[arg-type]
        program_version="phoneward",
        summary=SnapshotSummary(
            backup_start_ns=time_ns,
            backup_end_ns=time_ns + 60 * 10**9,
            total_files_processed=files,
            total_bytes_processed=files * 15,
        ),
    )


def _save_snapshots(repo: Repository, roots: list[tuple[BlobId, int, int]]) -> None:
    for root, files, time_ns in roots:
        save_snapshot(repo, _snapshot(root, time_ns, files, DEVICE))


def _add_others(repo: Repository, shape: Shape, roots: list[tuple[BlobId, int, int]]) -> None:
    """A tablet of few files, backups that were cut short, and later proofs."""
    small = Shape(hashed=16, apps=10, start_pictures=shape.start_pictures)
    with repo.writer() as writer:
        tablet = Phone(writer, small)
        tablet.begin(LAST_NS - 30 * DAY_NS)
        tablets = []
        for day in range(10):
            time_ns = LAST_NS - (10 - day) * DAY_NS
            tablet.next_day(time_ns)
            tablet.document(b"coverage.json", coverage(SECOND_DEVICE, time_ns, tablet.root.files, 0), time_ns)
            for name, content in _others(SECOND_DEVICE, "Tablet", time_ns).items():
                tablet.document(name, content, time_ns)
            tablets.append((tablet.root.store(writer), tablet.root.files, time_ns))
    for root, files, time_ns in tablets:
        save_snapshot(repo, _snapshot(root, time_ns, files, SECOND_DEVICE))
    subject = FileId(save_snapshot(repo, _snapshot(*roots[0][:1], roots[0][2] + 1, roots[0][1], DEVICE)))
    for number in range(5):
        tags = (TAG, "partial", device_tag(DEVICE))
        later = LAST_NS - number * 40 * DAY_NS + 3600 * 10**9
        save_snapshot(repo, _snapshot(tablets[number][0], later, 100, DEVICE, paths=PARTIAL_PATHS, tags=tags))
        if number:
            proof = _snapshot(tablets[0][0], later + 1, 1, DEVICE, paths=PROOF_PATHS, tags=proof_tags(DEVICE, subject))
            save_snapshot(repo, proof)
