"""What the snapshots of a phone show: the newest one's messages and apps, and the messages of the oldest.

Messages that were deleted on the phone meanwhile are still in older snapshots. The oldest holds most of what the newest
lacks; those between are not looked through, and that is said. What a file of messages shows is remembered under the
vault's key, by the file's content and the version of the rules.
"""

import dataclasses
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from phoneward.errors import PhonewardError
from phoneward.numbers.inventory import NotLookedAt, SourceKind
from phoneward.numbers.rulebook import rulebook
from phoneward.numbers.sources.apps import read_apps
from phoneward.numbers.sources.gathering import Gathered, over_time
from phoneward.numbers.sources.knowing import recogniser, rules_version
from phoneward.numbers.sources.messages import read_messages
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.snapshots import PastApps, SnapshotInfo
from phoneward.vault import (
    Node,
    PathNotFoundError,
    Repository,
    SealedCache,
    Snapshot,
    StorageError,
    find_node,
    open_file,
)

MESSAGES: Final = b"/records/sms.xml"
PURPOSE: Final = "number messages 1"
MAX_CACHE: Final = 16 << 20
PHASE: Final = "read-messages"
_BUFFER: Final = 1 << 20
_LOOKED_BACK: Final = 50
"""Oldest snapshots that are asked whether they hold messages."""

_decoder: Final = msgspec.msgpack.Decoder(Gathered)


def read_snapshots(
    repo: Repository,
    snapshot: SnapshotInfo,
    every: Sequence[SnapshotInfo] = (),
    *,
    cache_dir: Path | None = None,
    listener: Listener = silent,
) -> tuple[Gathered, ...]:
    """Return what a snapshot shows, with what only the oldest snapshot of the same phone does.

    Args:
        repo: open, its index loaded.
        snapshot: the newest, or the one that is asked about.
        every: all snapshots, oldest first; those after the one that is asked about are not looked at.
        cache_dir: where the room keeps derived data, sealed; None keeps nothing.
        listener: hears the phase `read-messages`.

    Raises:
        StorageError: the vault cannot be reached. What is damaged in it is named in `Gathered.missed`.
    """
    reading = _Reading(repo, cache_dir, listener)
    earlier = [
        info
        for info in every
        if info.device == snapshot.device
        and info.of_phone
        and not info.partial
        and not info.backup_file
        and info.snapshot.time_ns < snapshot.snapshot.time_ns
    ]
    return reading.messages(snapshot, earlier), reading.apps(snapshot.snapshot)


class _Reading:
    def __init__(self, repo: Repository, cache_dir: Path | None, listener: Listener) -> None:
        self._repo = repo
        self._listener = listener
        self._damaged: set[str] = set()
        self._cache = (
            None
            if cache_dir is None
            else SealedCache(cache_dir / "messages", repo, purpose=PURPOSE, max_bytes=MAX_CACHE)
        )

    def messages(self, info: SnapshotInfo, earlier: Sequence[SnapshotInfo]) -> Gathered:
        newest = self._node(info.snapshot)
        found = self._one(info, newest)
        for number, older in enumerate(earlier[:_LOOKED_BACK]):
            node = self._node(older.snapshot)
            if node is None:
                continue
            if newest is None or node.content != newest.content:
                found = over_time(self._one(older, node), found)
                found = _missing(found, "snapshots-between", count=len(earlier) - number - 1)
            break
        for name in self._damaged - {info.snapshot.short_id}:
            found = _missing(found, "damaged", name=name)
        return found

    def apps(self, snapshot: Snapshot) -> Gathered:
        try:
            document = PastApps(self._repo).told(snapshot)
        except (ValueError, PathNotFoundError):
            return _nothing(SourceKind.APP, "no-apps", snapshot.short_id)
        except StorageError:
            raise
        except PhonewardError:
            return _nothing(SourceKind.APP, "damaged", snapshot.short_id)
        if not document.apps:  # a folder or a card: no phone was asked
            return _nothing(SourceKind.APP, "no-apps", snapshot.short_id)
        return read_apps(document, rulebook(), snapshot.short_id, snapshot=snapshot.id or "")

    def _node(self, snapshot: Snapshot) -> Node | None:
        """Return where a snapshot's messages lie; None where it has none, or what leads there is damaged."""
        try:
            return find_node(self._repo, snapshot.tree, MESSAGES)
        except PathNotFoundError:
            return None
        except StorageError:
            raise
        except PhonewardError:
            self._damaged.add(snapshot.short_id)
            return None

    def _one(self, info: SnapshotInfo, node: Node | None) -> Gathered:
        name = info.snapshot.short_id
        if node is None or not node.content:
            return _nothing(SourceKind.SMS, "damaged" if name in self._damaged else "no-messages", name)
        key = hashlib.sha256(b"\0".join((rules_version(), *node.content))).digest()
        found = self._remembered(key)
        if found is None:
            try:
                found = self._read(node)
            except StorageError:
                raise
            except PhonewardError:  # damaged: a repair may bring it back, so nothing is remembered
                return _nothing(SourceKind.SMS, "damaged", name)
            if self._cache is not None:
                self._cache.put(key, msgspec.msgpack.encode(found))
        return _of(found, info)

    def _remembered(self, key: bytes) -> Gathered | None:
        stored = None if self._cache is None else self._cache.get(key)
        try:
            return None if stored is None else _decoder.decode(stored)
        except (msgspec.MsgspecError, ValueError):  # another version's: read again
            return None

    def _read(self, node: Node) -> Gathered:
        """Return what the messages show, whosever they are: of which snapshot and phone is said later."""
        self._listener(PhaseStarted(PHASE, total_bytes=node.size))
        with io.BufferedReader(open_file(self._repo, node), _BUFFER) as stream:
            found = read_messages(
                stream,
                "",
                recogniser(),
                tell=lambda messages, read: self._listener(Advanced(PHASE, messages, read)),
            )
        self._listener(PhaseDone(PHASE, sum(one.items for one in found.looked_at), node.size))
        return found


def _of(found: Gathered, info: SnapshotInfo) -> Gathered:
    """Return what messages show, of this snapshot of this phone."""
    name, snapshot = info.snapshot.short_id, info.snapshot.id or ""
    return dataclasses.replace(
        found,
        phone=info.device,
        looked_at=tuple(dataclasses.replace(one, name=name) for one in found.looked_at),
        missed=tuple(dataclasses.replace(one, name=name) for one in found.missed),
        accounts=tuple(
            dataclasses.replace(
                account, evidence=tuple(dataclasses.replace(one, snapshot=snapshot) for one in account.evidence)
            )
            for account in found.accounts
        ),
    )


def _nothing(source: SourceKind, reason: str, name: str) -> Gathered:
    return Gathered(looked_at=(), missed=(NotLookedAt(source=source, reason=reason, name=name),))


def _missing(found: Gathered, reason: str, *, name: str = "", count: int | None = None) -> Gathered:
    missed = NotLookedAt(source=SourceKind.SMS, reason=reason, name=name, count=count)
    return found if count == 0 else dataclasses.replace(found, missed=(*found.missed, missed))
