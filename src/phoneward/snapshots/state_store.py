"""Where what a person decided is kept: in the vault, in small snapshots of their own. Nothing of it is cached.

A change reads all state snapshots there are, writes one that holds everything, and removes those it has read. Two that
change something at once each leave a snapshot; whoever reads takes both together. So nobody needs to exclude anybody,
and a program that is killed between the steps has lost nothing.
"""

import hashlib
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import phoneward
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots.errors import StateDamagedError, StateTooManyError, StateTooNewError
from phoneward.snapshots.file_nodes import document_node
from phoneward.snapshots.layout import STATE_DOCUMENT, STATE_PATHS, STATE_TAG, TAG, is_state
from phoneward.snapshots.state import (
    LATEST_NS,
    MAX_DOCUMENT,
    Change,
    NewerFormatError,
    OwnerState,
    decode_state,
    encode_state,
)
from phoneward.snapshots.state_pieces import Pieces, hint_for
from phoneward.texts import _
from phoneward.vault import (
    BlobId,
    BlobType,
    FileId,
    FileType,
    HeldLock,
    LockLostError,
    Node,
    Repository,
    Snapshot,
    encode_tree,
    load_each_snapshot,
    load_tree,
    remove_snapshots,
    save_snapshot_held,
)

BEFORE_PHONES_NS: Final = 60 * 365 * 86_400 * 10**9
"""State snapshots bear a time sixty years earlier than it is: in their right order among themselves, and never what
plain restic calls `latest`, which must be a phone's."""
MAX_SNAPSHOTS: Final = 1_000
"""State snapshots that are read, the newest first; there is one, as a rule, and each holds what those before it did."""
MAX_BYTES: Final = 16 << 20
"""Bytes of all documents together."""
MAX_TREE: Final = 64 << 10
"""Bytes of a state snapshot's root folder; an honest one takes 300."""
_ATTEMPTS: Final = 5
"""Others may put a new snapshot in the place of the one that is just being read, again and again."""

OnDamaged = Callable[[FileId, PhonewardError], None]


def _ignore(_name: FileId, _error: PhonewardError) -> None:
    """`check` names what is damaged."""


@dataclass(slots=True)
class _Read:
    """What came of reading.

    Attributes:
        merged: snapshots of which everything is in `state`: they may go.
        newest_ns: when the newest snapshot was made; 0 where there is none.
        damaged: what could not be read, and why.
    """

    state: OwnerState = field(default_factory=OwnerState)
    merged: list[FileId] = field(default_factory=list)
    newest_ns: int = 0
    damaged: dict[FileId, PhonewardError] = field(default_factory=dict)


def load_state(
    repo: Repository, *, snapshots: Iterable[Snapshot] | None = None, on_damaged: OnDamaged = _ignore
) -> OwnerState:
    """Return what the person decided: all state snapshots together, as far as they can be read.

    Args:
        repo: open. Its index is loaded here, or brought up to date, only where a state snapshot cannot be read without.
        snapshots: all that there are, where the caller has them loaded; otherwise they are read here.
        on_damaged: called for each snapshot that cannot be read, also where that is for a damaged index; the others
            count all the same.

    Raises:
        StorageError: the vault cannot be reached.
    """
    known = None if snapshots is None else list(snapshots)
    found = _read(repo, [s for s in known if is_state(s)]) if known is not None else None
    if found is None or _are_gone(repo, found.damaged):
        found = _read_stored(repo, known or ())
    for name, error in found.damaged.items():
        on_damaged(name, error)
    return found.state


def change_state(
    repo: Repository,
    lock: HeldLock,
    changes: Iterable[Change],
    *,
    snapshots: Iterable[Snapshot] = (),
    on_damaged: OnDamaged = _ignore,
    now_ns: int | None = None,
) -> OwnerState:
    """Keep what the person decides now, and return all they decided. Where that was so already, nothing is written.

    Args:
        repo: open, with no other thread at work on it; its index is brought up to date here.
        lock: held; a shared one will do. Old state snapshots are removed when nobody else holds a lock.
        changes: made with `name_phone`, `set_setting`, `mark_done` and `write_note`.
        snapshots: any that are loaded already; these are not read again.
        on_damaged: called for each snapshot that cannot be read.
        now_ns: the present, nanoseconds since 1970 UTC.

    Raises:
        StateFullError: there is no more room for names, settings and notes.
        LockLostError: the lock is gone, and nothing was changed.
        VaultError: the vault cannot be read or written.
    """
    moment = time.time_ns() if now_ns is None else now_ns
    writer = secrets.token_hex(8)
    found = _found(repo, snapshots, on_damaged)
    return _replace(repo, lock, found, found.state.changed(changes, now_ns=moment, writer=writer), moment)


def adopt_state(repo: Repository, lock: HeldLock, other: OwnerState) -> OwnerState:
    """Keep what was decided in another vault together with what was decided in this one; return both together.

    Args:
        repo: as in `change_state`.
        lock: likewise.
        other: the other vault's, without what only counts there.

    Raises:
        As `change_state`.
    """
    found = _found(repo, (), _ignore)
    return _replace(repo, lock, found, found.state.merged(other), time.time_ns())


def _found(repo: Repository, snapshots: Iterable[Snapshot], on_damaged: OnDamaged) -> _Read:
    repo.load_index()
    found = _read_stored(repo, snapshots)
    for name, error in found.damaged.items():
        on_damaged(name, error)
    return found


def _replace(repo: Repository, lock: HeldLock, found: _Read, state: OwnerState, moment: int) -> OwnerState:
    if state == found.state:
        return state
    later = found.newest_ns + 1  # the newest holds the most: so it is read first, and the last that rules let go
    _save(repo, lock, encode_state(state), min(max(moment, later, 0), LATEST_NS))
    with suppress(LockLostError):  # the change is kept; what it replaces does no harm
        if lock.is_alone():
            remove_snapshots(repo, found.merged, lock)
    return state


def _read_stored(repo: Repository, known: Iterable[Snapshot]) -> _Read:
    """Read what is stored now; anew where a snapshot went meanwhile, since what it held stands in a newer one."""
    loaded = {snapshot.id: snapshot for snapshot in known if snapshot.id is not None}
    found = _read_once(repo, loaded)
    for _attempt in range(_ATTEMPTS):
        if not _are_gone(repo, found.damaged):
            break
        found = _read_once(repo, loaded)
    return found


def _read_once(repo: Repository, loaded: dict[FileId, Snapshot]) -> _Read:
    damaged = _load_missing(repo, loaded)
    found = _read(repo, [snapshot for snapshot in loaded.values() if is_state(snapshot)])
    found.damaged = damaged | found.damaged
    return found


def _load_missing(repo: Repository, loaded: dict[FileId, Snapshot]) -> dict[FileId, PhonewardError]:
    """Bring what is loaded in line with what is stored; return what cannot be read."""
    files = list(repo.list_files(FileType.SNAPSHOT))
    for name in loaded.keys() - {file.name for file in files}:
        del loaded[name]
    damaged: dict[FileId, PhonewardError] = {}
    for name, found in load_each_snapshot(repo, [file for file in files if file.name not in loaded]):
        if isinstance(found, PhonewardError):
            damaged[name] = found
        else:
            loaded[name] = found
    return damaged


def _are_gone(repo: Repository, damaged: Mapping[FileId, PhonewardError]) -> bool:
    """Tell whether something that could not be read is no longer there at all."""
    return bool(damaged) and not damaged.keys() <= {file.name for file in repo.list_files(FileType.SNAPSHOT)}


def _read(repo: Repository, snapshots: Iterable[Snapshot]) -> _Read:
    """Return what these state snapshots hold together, the newest first and no more than the bounds."""
    newest = sorted(snapshots, key=lambda snapshot: (snapshot.time_ns, snapshot.id or ""), reverse=True)
    found = _Read(newest_ns=newest[0].time_ns + BEFORE_PHONES_NS if newest else 0)
    size = 0
    for number, snapshot in enumerate(newest):
        name = snapshot.id or FileId("")
        if number >= MAX_SNAPSHOTS or size > MAX_BYTES:
            found.damaged[name] = StateTooManyError(count=number)
            break
        try:
            data, is_alone = _document(repo, snapshot)
            size += len(data)
            found.state = found.state.merged(decode_state(data))
            if is_alone:
                found.merged.append(name)
        except NewerFormatError:
            found.damaged[name] = StateTooNewError(name=snapshot.short_id)
        except ValueError as error:
            found.damaged[name] = StateDamagedError(name=snapshot.short_id, reason=readable(str(error)))
        except PhonewardError as error:
            found.damaged[name] = error
    return found


def _document(repo: Repository, snapshot: Snapshot) -> tuple[bytes, bool]:
    """Return the document, and whether the snapshot holds nothing else and is marked as we mark it.

    Raises:
        ValueError: it holds none, or one that claims to be larger than any honest one.
        PhonewardError: it is damaged.
    """
    pieces = Pieces(repo, snapshot)
    if pieces.size(BlobType.TREE, snapshot.tree) > MAX_TREE:
        raise ValueError(_("its folder is too large"))
    nodes = load_tree(pieces, snapshot.tree)
    node = next((node for node in nodes if node.name == STATE_DOCUMENT and node.content is not None), None)
    if node is None or node.content is None:
        raise ValueError(_("it holds no state.json"))
    if sum(pieces.size(BlobType.DATA, blob) for blob in node.content) > MAX_DOCUMENT:
        raise ValueError(_("its state.json is too large"))
    data = b"".join(pieces.load_blob(BlobType.DATA, blob) for blob in node.content)
    return data, _is_ours(snapshot, nodes)


def _is_ours(snapshot: Snapshot, nodes: list[Node]) -> bool:
    """Somebody may have put the tag on a snapshot that holds more than a state: that is never removed."""
    marked = STATE_TAG in snapshot.tags and snapshot.paths == STATE_PATHS and TAG not in snapshot.tags
    return marked and len(nodes) == 1


def _save(repo: Repository, lock: HeldLock, document: bytes, now_ns: int) -> FileId:
    """Store a state snapshot.

    Its host is this computer, so that restic's rules never weigh two computers' against each other: each computer's
    newest stays, whatever the rules.
    """
    with repo.writer() as writer:
        stored = writer.put_file([document]).result()
        tree = encode_tree([document_node(STATE_DOCUMENT, now_ns, stored.size, stored.ids)])
        writer.put(BlobType.TREE, tree)
        writer.flush()
        root = BlobId(hashlib.sha256(tree).digest())
        blobs = [(BlobType.TREE, root), *((BlobType.DATA, blob) for blob in stored.ids)]
        return save_snapshot_held(
            repo,
            lock,
            Snapshot(
                time_ns=now_ns - BEFORE_PHONES_NS,
                tree=root,
                paths=STATE_PATHS,
                hostname=socket.gethostname(),
                tags=(STATE_TAG,),
                program_version=f"phoneward {phoneward.__version__}",
                extra=hint_for(repo, blobs),
            ),
        )
