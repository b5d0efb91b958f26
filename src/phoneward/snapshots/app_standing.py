"""One app's files in a snapshot: which were shown to be the phone's, and which of them the phone still has."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.phones import AppInventory, Entry, FileKind, Obstacle, Phone, Unreadable, VolumeKind
from phoneward.phones.joined import JoinedPhone, joined
from phoneward.snapshots.errors import NoAppFilesError
from phoneward.snapshots.layout import COMPUTER, PACKAGES, is_volume_named, volume_prefix
from phoneward.snapshots.proofs import MISMATCH
from phoneward.snapshots.proofs_later import ProofLookup
from phoneward.snapshots.reading import find, list_path
from phoneward.snapshots.restoring import app_paths
from phoneward.vault import NodeType, Repository, Snapshot, TreeEntry

MAX_NAMED: Final = 1000
"""Files that are named one by one; all are counted."""


@dataclass(slots=True)
class StillThere:
    """What the phone has now of an app's files in a snapshot, those of the app's data and its folders.

    Attributes:
        files: in the snapshot.
        same: on the phone under the same name, with the same size.
        resized: on the phone with another size.
        gone: not on the phone any more.
        not_seen: nobody could look: the storage is not there, or the phone refused it.
        named_gone, named_resized: paths in the snapshot, at most `MAX_NAMED` of each.
    """

    files: int = 0
    same: int = 0
    resized: int = 0
    gone: int = 0
    not_seen: int = 0
    named_gone: list[bytes] = field(default_factory=list)
    named_resized: list[bytes] = field(default_factory=list)


def unproven_files(repo: Repository, ref: str, app: str) -> list[bytes]:
    """Return an app's files in a snapshot, its APKs included, of which it was never shown that the phone has the same.

    Folders of this computer are left out: no phone can tell of them.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        app: its package.
    """
    snapshot = find(repo, ref)
    lookup = ProofLookup(repo, snapshot)
    found = []
    for entry in _files(repo, snapshot, app, apks=True):
        proof = lookup.of(entry.path)
        if proof is None or proof.matched is None or proof.note == MISMATCH:
            found.append(entry.path)
    return found


def still_there(repo: Repository, ref: str, phone: Phone, app: str, inventory: AppInventory) -> StillThere:
    """Look which of an app's files in a snapshot are on the phone, by name and size. Reads no content.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        phone: open.
        app: its package.
        inventory: the phone's apps, as they are now: whose private data may be read depends on them.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    snapshot = find(repo, ref)
    whole = joined(phone)
    if isinstance(whole, JoinedPhone):
        whole.find_app_data(AppInventory(tuple(one for one in inventory.apps if one.package == app)))
    roots = {
        volume_prefix(volume): volume.root
        for volume in whole.volumes()
        if volume.obstacle is None and is_volume_named(volume) and volume.kind is not VolumeKind.COMPUTER
    }
    answer = StillThere()
    asked: deque[TreeEntry] = deque()  # stat reads ahead; answers come in the same order

    def places() -> Iterator[bytes]:
        for entry in _files(repo, snapshot, app, apks=False):
            answer.files += 1
            place = _on_phone(entry.path, roots)
            if place is None:
                answer.not_seen += 1
            else:
                asked.append(entry)
                yield place

    for item in whole.stat(places()):
        _count(answer, asked.popleft(), item)
    return answer


def _on_phone(path: bytes, roots: dict[bytes, bytes]) -> bytes | None:
    found = [place for place in roots if path.startswith(place + b"/")]
    return roots[max(found, key=len)] + path[len(max(found, key=len)) :] if found else None


def _count(answer: StillThere, entry: TreeEntry, item: Entry | Unreadable) -> None:
    if isinstance(item, Entry) and item.kind is FileKind.FILE:
        if item.size == entry.node.size:
            answer.same += 1
        else:
            answer.resized += 1
            _name(answer.named_resized, entry.path)
    elif isinstance(item, Entry) or item.obstacle is Obstacle.VANISHED:
        answer.gone += 1
        _name(answer.named_gone, entry.path)
    else:
        answer.not_seen += 1


def _name(names: list[bytes], path: bytes) -> None:
    if len(names) < MAX_NAMED:
        names.append(path)


def _files(repo: Repository, snapshot: Snapshot, app: str, *, apks: bool) -> Iterator[TreeEntry]:
    """Yield the files of an app in a snapshot that came from a phone."""
    try:
        paths: Sequence[bytes] = app_paths(repo, snapshot, app)
    except NoAppFilesError:
        return
    for path in paths:
        if path.startswith(COMPUTER + b"/") or (not apks and path.startswith(PACKAGES + b"/")):
            continue
        for entry in list_path(repo, snapshot.id or "", path, recursive=True):
            if entry.node.type == NodeType.FILE:
                yield entry
