"""An app's private data back onto a rooted phone: what would be written, whether it may be, and to whom it will belong.

Numbers of apps differ from phone to phone, and SELinux' categories follow them. So owners are not copied but mapped:
what was the app's becomes the app's there, its groups follow, groups of the system stay; the context is that of the
app's folder on that phone, with the type that the file had where it is one for an app's data.

Sources: AOSP android_filesystem_config.h (AID_…_START), system/sepolicy private/seapp_contexts (levelFrom).
"""

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.errors import PhonewardError, readable
from phoneward.phones import FileKind
from phoneward.phones.adb.rooted_writer import PrivateFile
from phoneward.phones.owning import Owner
from phoneward.phones.updating import PackageState
from phoneward.snapshots.errors import AppDataUnusableError, OlderAppError, OtherSignerError
from phoneward.snapshots.inventory import AppRecord
from phoneward.snapshots.owners import owner_of_node
from phoneward.snapshots.returning_content import pieces_of
from phoneward.vault import Node, NodeType, Repository, is_safe_name, load_tree

_PER_USER: Final = 100_000
_FIRST_APP: Final = 10_000
_APP_GROUPS: Final = (20_000, 30_000, 40_000, 50_000)
"""Where the groups begin that follow an app's number: its caches, its files on storages, its caches there, what it
shares with its own copies for other users (AID_CACHE_GID_START, AID_EXT_GID_START, AID_EXT_CACHE_GID_START,
AID_SHARED_GID_START)."""

_APP_RANGE: Final = 10_000
_DATA_TYPE: Final = re.compile(rb"[a-z0-9_]*app[a-z0-9_]*_file")
"""Types that an app's files may have: app_data_file, privapp_data_file, app_exec_data_file, …"""

_MAX_NAMES: Final = 2_000_000
_MAX_LEVELS: Final = 2048
_MAX_PATH: Final = 3500
_OVERHEAD: Final = 4096


class Signer(enum.Enum):
    """Whether the app on the phone is signed by whom it was at the backup, as far as phones tell (32 bits)."""

    SAME = "same"
    ROTATED = "rotated"
    """By a later key of the same signer, with a proof that Android took."""
    UNKNOWN = "unknown"


@dataclass(slots=True)
class RootedPart:
    """One folder of an app.

    Attributes:
        name: `Volume.name`.
        place: in the snapshot.
        base: the folder on the phone that holds all apps' folders.
        old: files and bytes that lie there now; None where there is no folder.
        context: of the folder that lies there; empty on a phone that has none.
        files: what is written, the folder itself first, links last.
        digests: the SHA-256 of each file, by name; filled in while it is sent.
        left_out: names that cannot be written, with why.
    """

    name: str
    place: bytes
    base: bytes
    old: tuple[int, int] | None
    context: bytes = b""
    files: list[PrivateFile] = field(default_factory=list)
    digests: dict[bytes, bytes] = field(default_factory=dict)
    count: int = 0
    size: int = 0


@dataclass(slots=True)
class RootedReturn:
    """The plan for one app.

    Attributes:
        before, now: its version in the snapshot and on the phone, as people know it; `older`: the phone's is older.
        foreign: names that belonged to neither the app nor the system, and will be the app's.
        needed, free: bytes on the phone; `free` None where it does not tell.
        whole: whether the snapshot has all of the app's private data.
        put_back: whether a run before was cut off between two names, and the old data was put back now.
    """

    package: str
    uid: int
    before: str
    now: str
    signer: Signer
    parts: list[RootedPart]
    older: bool = False
    foreign: int = 0
    free: int | None = None
    whole: bool = True
    put_back: bool = False

    @property
    def count(self) -> int:
        """Files to write."""
        return sum(part.count for part in self.parts)

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(part.size for part in self.parts)

    @property
    def needed(self) -> int:
        """Bytes that it takes on the phone."""
        return sum(part.size + _OVERHEAD * len(part.files) for part in self.parts)


# -- may it be ---------------------------------------------------------------------------------------------------------


def judge_signer(record: AppRecord | None, state: PackageState) -> Signer:
    """Compare signers.

    Raises:
        OtherSignerError: they are different ones: another app would get the data.
    """
    then = set(record.signer_hashes) if record is not None else set()
    now = set(state.signer_hashes or ())
    if not then or not now:
        return Signer.UNKNOWN
    if then == now:
        return Signer.SAME
    if then <= {past.hash for past in state.past_signers} | now:
        return Signer.ROTATED
    raise OtherSignerError(app=state.package)


def judge_version(record: AppRecord | None, state: PackageState, *, allow_older: bool) -> bool:
    """Tell whether the phone's app is older than the data.

    Raises:
        OlderAppError: it is, and nobody said that it may be.
    """
    then = record.version_code if record is not None else None
    if then is None or state.version_code is None or state.version_code >= then:
        return False
    if not allow_older:
        name = record.version_name if record is not None else ""
        raise OlderAppError(app=state.package, before=name or str(then), now=state.version_name or "?")
    return True


# -- to whom it will belong --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class OwnerMap:
    """How owners of a snapshot become those of a phone.

    Attributes:
        before: the app's number in the snapshot; None where it is not known.
        now: its number on the phone.
        context: of its folder on the phone.
        type_before: the type of its folder in the snapshot.
        foreign: how many names belonged to somebody else.
    """

    before: int | None
    now: int
    context: bytes = b""
    type_before: bytes = b""
    foreign: int = 0

    def owner(self, owner: Owner) -> Owner:
        """Return the owner that a name gets."""
        if owner.uid not in {self.before, 0}:
            self.foreign += 1
        return Owner(self.now, self._group(owner.gid), self._context(owner.context))

    def _group(self, gid: int) -> int:
        if gid in {0, self.before} or self.before is None:
            return self.now
        user, number = divmod(gid, _PER_USER)
        now_user, now_app = divmod(self.now, _PER_USER)
        if gid < _FIRST_APP:
            return gid  # the system's own groups have the same numbers everywhere
        app = self.before % _PER_USER - _FIRST_APP
        for start in _APP_GROUPS:
            if number == start + app and user == self.before // _PER_USER and 0 <= app < _APP_RANGE:
                return now_user * _PER_USER + start + now_app - _FIRST_APP
        return self.now

    def _context(self, before: bytes) -> bytes:
        parts = self.context.split(b":", 3)
        told = before.split(b":", 3)
        if len(parts) != 4 or len(told) != 4:
            return self.context
        kind = told[2]
        if kind == self.type_before or not _DATA_TYPE.fullmatch(kind):
            return self.context
        return b":".join([parts[0], parts[1], kind, parts[3]])


# -- what is written ---------------------------------------------------------------------------------------------------


def fill(repo: Repository, part: RootedPart, top: Node, mapping: OwnerMap, skip: Sequence[bytes]) -> None:
    """Put all names of an app's folder into a part: folders and files, parents first, then links.

    Args:
        repo: open, its index loaded.
        part: without files.
        top: the folder in the snapshot.
        mapping: for its owners.
        skip: names in the folder that are left out.

    Raises:
        AppDataUnusableError: a name or a folder that cannot be written as it is; nothing of the app is then.
    """
    links: list[PrivateFile] = []
    part.files.append(_private(b"", top, mapping))
    pending = [(b"", top, 0)]
    while pending:
        name, folder, depth = pending.pop()
        for node in _nodes(repo, folder, part.place + b"/" + name):
            inside = name + b"/" + node.name if name else node.name
            if not name and node.name in skip:
                continue
            if len(inside) > _MAX_PATH or depth > _MAX_LEVELS or len(part.files) + len(links) > _MAX_NAMES:
                raise AppDataUnusableError(path=readable(part.place + b"/" + inside[:300]))
            if node.type == NodeType.DIR:
                part.files.append(_private(inside, node, mapping))
                pending.append((inside, node, depth + 1))
            elif node.type == NodeType.FILE and node.content is not None:
                file = _private(inside, node, mapping, repo)
                part.files.append(file)
                part.count += 1
                part.size += node.size
            elif node.type == NodeType.SYMLINK and node.linktarget and b"\0" not in node.linktarget:
                links.append(_private(inside, node, mapping))
            else:
                raise AppDataUnusableError(path=readable(part.place + b"/" + inside))
    part.files += links


def _nodes(repo: Repository, folder: Node, place: bytes) -> Iterator[Node]:
    if folder.subtree is None:
        raise AppDataUnusableError(path=readable(place))
    try:
        nodes = load_tree(repo, folder.subtree, keep_unsafe_names=True)
    except PhonewardError as error:
        raise AppDataUnusableError(path=readable(place)) from error
    seen: set[bytes] = set()
    for node in nodes:
        if not is_safe_name(node.name) or node.name in seen or len(node.name) > 255:
            raise AppDataUnusableError(path=readable(place + b"/" + node.name[:300]))
        seen.add(node.name)
        yield node


_KINDS: Final = {
    NodeType.DIR: FileKind.DIRECTORY,
    NodeType.FILE: FileKind.FILE,
    NodeType.SYMLINK: FileKind.SYMLINK,
}


def _private(name: bytes, node: Node, mapping: OwnerMap, repo: Repository | None = None) -> PrivateFile:
    kind = _KINDS[NodeType(node.type)]
    # No program of a snapshot runs as another user: only folders keep the bit that hands their group on.
    kept = 0o2777 if kind is FileKind.DIRECTORY else 0o777
    return PrivateFile(
        name,
        kind,
        node.permissions & kept,
        node.mtime_ns,
        mapping.owner(owner_of_node(node)),
        node.size if kind is FileKind.FILE else 0,
        pieces_of(repo, node) if repo is not None else None,
        node.linktarget,
    )
