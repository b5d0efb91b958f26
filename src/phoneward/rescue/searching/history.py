"""What earlier snapshots hold that the newest does not: exact, with dates. The best source there is.

A folder that is the same in two snapshots is looked into once, so that a vault of years costs its changes, not its
number of snapshots.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.rescue.remnant import Completeness, Part, Remnant, Source
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.in_snapshot import InSnapshot, content_of
from phoneward.rescue.searching.making import part
from phoneward.rescue.searching.seen import SeenFile
from phoneward.snapshots import NoAppFilesError, SnapshotInfo, app_paths, app_words
from phoneward.texts import Day, Words, counted, verbatim, words
from phoneward.vault import MAX_DEPTH, BlobId, NodeType, Outline, Repository, StorageError, is_safe_name, load_outlines

MAX_GONE: Final = 500_000
"""Files that are gone since, counted at most."""
MAX_GROUPS: Final = 2_000
SHRANK: Final = 16 << 10
"""Bytes of a file that is missed where less than half of it is left: settings and logs come and go."""
_OURS: Final = frozenset({b"SHA256SUMS", b"packages", b"records", b"proofs"})
_PASSING: Final = frozenset({b"cache", b"code_cache", b".thumbnails", b".cache", b"diskcache", b"log", b"logs"})
"""Folders whose files come and go by themselves: that they are gone is no loss."""
_APP_FOLDERS: Final = frozenset({b"data", b"media", b"obb"})


@dataclass(slots=True)
class _Group:
    """Files of one folder that were last in one snapshot; `smaller`: those that are there, but much smaller."""

    info: SnapshotInfo
    folder: bytes
    package: str
    files: int = 0
    smaller: int = 0
    size: int = 0


class GoneFiles:
    """Finds the files of earlier snapshots that the newest one does not hold, by path and by content.

    A file that is there under its name and less than half as long counts, too: an app that was emptied writes its next
    backup, or its next database, over the one that held everything.

    Args:
        repo: open, its index loaded.
        asked: what is looked for.
        kept: what names the contents that the newest snapshot holds: what was only moved is not gone.

    Attributes:
        elsewhere: what names a content that is gone from its path but not from the phone, and that path.
        missed: what could not be looked at.
    """

    def __init__(self, repo: Repository, asked: Asked, kept: set[bytes]) -> None:
        self._repo = repo
        self._asked = asked
        self._kept = kept
        self._walked: set[bytes] = set()
        self._told: dict[bytes, _Group] = {}
        self._groups: dict[tuple[bytes, str], _Group] = {}
        self.elsewhere: dict[bytes, bytes] = {}
        self.missed: list[Words] = []

    def search(self, newest: SnapshotInfo, older: Sequence[SnapshotInfo]) -> list[Remnant]:
        """Return what is gone, by folder and by the last snapshot that holds it.

        Args:
            newest: what there is now.
            older: others of the same phone, newest first.

        Raises:
            StorageError: the vault cannot be reached.
        """
        for info in older:
            self._compare(info, info.snapshot.tree, newest.snapshot.tree)
            if len(self._told) >= MAX_GONE:
                break
        return [self._remnant(group) for group in self._groups.values()]

    def _compare(self, info: SnapshotInfo, before: BlobId, after: BlobId | None) -> None:
        waiting: list[tuple[bytes, BlobId, BlobId | None]] = [(b"", before, after)]
        while waiting:
            path, old, new = waiting.pop()
            if old == new or path.count(b"/") > MAX_DEPTH or not self._is_new(path, old, new):
                continue
            there = {one.raw_name: one for one in self._load(info, path, new)} if new is not None else {}
            for outline in self._load(info, path, old):
                name = outline.raw_name
                if (not path and (name in _OURS or outline.tree is None)) or name in _PASSING:
                    continue
                now = there.get(name)
                if outline.tree is not None:
                    waiting.append((path + b"/" + name, outline.tree, now.tree if now is not None else None))
                elif outline.type == NodeType.FILE and (now is None or _shrank(outline, now)):
                    self._gone(info, path + b"/" + name, outline, is_there=now is not None)

    def _is_new(self, path: bytes, old: BlobId, new: BlobId | None) -> bool:
        key = hashlib.blake2b(path + b"\0" + old + (new or b""), digest_size=16).digest()
        if key in self._walked:
            return False
        self._walked.add(key)
        return True

    def _load(self, info: SnapshotInfo, path: bytes, tree: BlobId) -> list[Outline]:
        try:
            return [one for one in load_outlines(self._repo, tree) if is_safe_name(one.raw_name)]
        except StorageError:
            raise
        except PhonewardError as error:
            said = words("{path} in the snapshot {snapshot}: {why}", path=readable(path) or "/",
                         snapshot=info.snapshot.short_id, why=verbatim(readable(error.sentence())))  # fmt: skip
            self.missed.append(said)
            return []

    def _gone(self, info: SnapshotInfo, path: bytes, outline: Outline, *, is_there: bool) -> None:
        content = content_of(outline)
        if not content or len(self._told) >= MAX_GONE:
            return
        folder, package = group_of(path)
        if not self._asked.is_about(package):
            return
        if content in self._kept:
            if len(self.elsewhere) < MAX_GONE:
                self.elsewhere.setdefault(content, path)
            return
        told = _told(path)
        if told in self._told:
            return
        key = folder, info.snapshot.id or ""
        if key not in self._groups and len(self._groups) >= MAX_GROUPS:
            return
        group = self._groups.setdefault(key, _Group(info, folder, package))
        self._told[told] = group
        group.files += 1
        group.smaller += is_there
        group.size += outline.size

    def _remnant(self, group: _Group) -> Remnant:
        place = InSnapshot(self._repo, group.info)

        def parts() -> Iterator[Part]:
            for file in place.below(group.folder):
                if self._told.get(_told(file.path)) is group:
                    yield part(place, file)

        return Remnant(
            source=Source.SNAPSHOT,
            what=_what(group),
            where=readable(group.folder),
            made=group.info.snapshot.time,
            completeness=Completeness.EXACT,
            size=group.size,
            count=group.files,
            how=place.how(),
            command=place.command(group.folder),
            snapshot=group.info.snapshot.id or "",
            path=readable(group.folder),
            parts=parts,
        )


def _what(group: _Group) -> Words:
    name = app_words(group.package) if group.package else verbatim(readable(group.folder.rpartition(b"/")[2]))
    if group.smaller:
        return counted(
            "{name}: {count} file that is gone or much smaller since, last whole in the snapshot of {day}",
            "{name}: {count} files that are gone or much smaller since, last whole in the snapshot of {day}",
            group.files,
            name=name,
            day=Day(group.info.snapshot.time),
        )
    return counted(
        "{name}: {count} file that is gone since, last in the snapshot of {day}",
        "{name}: {count} files that are gone since, last in the snapshot of {day}",
        group.files,
        name=name,
        day=Day(group.info.snapshot.time),
    )


def _told(path: bytes) -> bytes:
    """Return what stands for a path."""
    return hashlib.blake2b(path, digest_size=16).digest()


def _shrank(before: Outline, now: Outline) -> bool:
    return before.size >= SHRANK and now.type == NodeType.FILE and 2 * now.size < before.size


def group_of(path: bytes) -> tuple[bytes, str]:
    """Return the folder that a gone file is told with, and the package whose it is; empty for nobody's.

    Args:
        path: in the snapshot.
    """
    parts = path.strip(b"/").split(b"/")
    top = 2 if parts[0] in {b"users", b"volumes"} else 1
    inside = parts[top:-1]
    if parts[0] == b"appdata" and len(parts) > 2:
        return b"/" + b"/".join(parts[:2]), readable(parts[1].partition(b"@")[0])
    if len(inside) >= 3 and inside[0] == b"Android" and inside[1] in _APP_FOLDERS:
        return b"/" + b"/".join(parts[: top + 3]), readable(inside[2])
    owner = next((package for folder, package in _OWN if inside[: len(folder)] == folder), "")
    return b"/" + b"/".join(parts[: top + min(2, len(inside))]), owner


_OWN: Final = (
    ([b"tencent", b"MicroMsg"], "com.tencent.mm"),
    ([b"tencent", b"MobileQQ"], "com.tencent.mobileqq"),
    ([b"WhatsApp"], "com.whatsapp"),
    ([b"Pictures", b"WeiXin"], "com.tencent.mm"),
)
"""Folders on shared storage that are an app's own though the system does not say so."""


def app_as_it_was(repo: Repository, info: SnapshotInfo, package: str) -> Remnant | None:
    """Return all that a snapshot holds of an app; None where that is nothing but the app itself.

    Raises:
        VaultError: the snapshot cannot be read.
    """
    try:
        paths = [path for path in app_paths(repo, info.snapshot, package) if not path.startswith(b"/packages/")]
    except NoAppFilesError:
        return None
    place = InSnapshot(repo, info)
    count = size = 0
    for path in paths:
        for file in place.below(path):
            count, size = count + 1, size + file.size
    if not count:
        return None

    def found() -> Iterator[SeenFile]:
        for path in paths:
            yield from place.below(path)

    command = f"phoneward restore {info.snapshot.short_id} --app {package} --target DIR"
    return Remnant(
        source=Source.SNAPSHOT,
        what=counted(
            "{app} as it was on {day}: {count} file",
            "{app} as it was on {day}: {count} files",
            count,
            app=app_words(package),
            day=Day(info.snapshot.time),
        ),
        where=", ".join(map(readable, paths)),
        made=info.snapshot.time,
        completeness=Completeness.PARTIAL,
        size=size,
        count=count,
        how=place.how(),
        command=command,
        snapshot=info.snapshot.id or "",
        path=readable(paths[0]),
        parts=lambda: (part(place, file) for file in found()),
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The snapshots of one phone that a search goes through.

    Attributes:
        newest: what there is now.
        older: the others, newest first; where the person said when it happened, those of before first.
    """

    newest: SnapshotInfo
    older: tuple[SnapshotInfo, ...]


def by_phone(asked: Asked, infos: Sequence[SnapshotInfo]) -> list[Chosen]:
    """Return the snapshots of each phone, finished ones only.

    Args:
        asked: what is looked for.
        infos: all of a vault, oldest first.
    """
    phones: dict[str, list[SnapshotInfo]] = {}
    for info in infos:
        if info.of_phone and not info.partial and not info.backup_file:
            phones.setdefault(info.device or info.label, []).append(info)
    chosen = []
    for some in phones.values():
        newest, *older = reversed(some)
        until = asked.until
        if until is not None:
            older.sort(key=lambda info: info.snapshot.time >= until)
        chosen.append(Chosen(newest, tuple(older)))
    return chosen
