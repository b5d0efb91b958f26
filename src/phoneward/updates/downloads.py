"""Update files among the phone's own files in a snapshot that could only be installed by wiping the app.

Whether one is such is computed once and remembered under the vault's key, by the snapshot's content.
"""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from phoneward.apk import ApkError, ApkUnreadableError, open_app
from phoneward.errors import PhonewardError
from phoneward.snapshots import open_path
from phoneward.snapshots.kept_apps import VaultSource
from phoneward.updates.against_snapshot import AgainstSnapshot
from phoneward.updates.checking import check_app
from phoneward.updates.found import FoundFile, found_in_snapshot
from phoneward.updates.verdict import Verdict
from phoneward.vault import Repository, SealedCache, Snapshot

MAX_FILES: Final = 12
MAX_BYTES: Final = 1 << 30
"""Files and bytes that are verified for one answer, the newest first: all of a file is read."""
PURPOSE: Final = "downloads 1"
MAX_CACHE: Final = 16 << 20


class Download(msgspec.Struct, array_like=True, frozen=True):
    """One file that looks like an update, and what it would do to the app that is on the phone."""

    path: bytes
    package: str
    verdict: str

    @property
    def would_wipe(self) -> bool:
        """Whether it could only be installed by removing the app with its data."""
        return self.verdict == Verdict.WIPES


class Downloads(msgspec.Struct, array_like=True, frozen=True):
    """All of a snapshot that were looked at.

    Attributes:
        files: those for an app that is on the phone.
        others: how many were not looked at, because there were too many or they could not be read.
    """

    files: list[Download] = []
    others: int = 0


_decoder: Final = msgspec.msgpack.Decoder(Downloads)


def downloads_in(repo: Repository, snapshot: Snapshot, cache_dir: Path | None = None) -> Downloads:
    """Return the update files of a snapshot.

    Args:
        repo: open, its index loaded.
        snapshot: which.
        cache_dir: where the room keeps derived data, sealed; None keeps nothing.

    Raises:
        PhonewardError: the snapshot does not tell which apps there were, or is damaged.
    """
    folder = None if cache_dir is None else cache_dir / "files"
    cache = None if folder is None else SealedCache(folder, repo, purpose=PURPOSE, max_bytes=MAX_CACHE)
    key = hashlib.sha256(snapshot.tree).digest()
    stored = None if cache is None else cache.get(key)
    if stored is not None:
        try:
            return _decoder.decode(stored)
        except (msgspec.MsgspecError, ValueError):  # another version's
            pass
    found = _look(repo, snapshot)
    if cache is not None:
        cache.put(key, msgspec.msgpack.encode(found))
    return found


def _look(repo: Repository, snapshot: Snapshot) -> Downloads:
    ref = snapshot.id or ""
    against = AgainstSnapshot(repo, ref)
    found = found_in_snapshot(repo, ref)
    files: list[Download] = []
    others, size = 0, 0
    for number, one in enumerate(found.files):
        size += one.size
        told = None if number >= MAX_FILES or size > MAX_BYTES else _told(repo, ref, one, against)
        if told is None:
            others += 1
        elif told.verdict:
            files.append(told)
    return Downloads(files, others if found.whole else others + 1)


def _told(repo: Repository, ref: str, one: FoundFile, against: AgainstSnapshot) -> Download | None:
    """Return what a file would do; None where it cannot be read, an empty verdict where its app is not there."""
    try:
        source = VaultSource(open_path(repo, ref, one.path), one.shown)
        with open_app([source], sdk=against.device.sdk, abis=against.device.abis) as app:
            if app.package not in against.packages:
                return Download(one.path, app.package, "")
            checked = check_app(one.shown, app, against)
            return Download(one.path, app.package, checked.judgement.verdict.value)
    except ApkUnreadableError:
        return None
    except ApkError:  # no app: nothing that a phone would install
        return Download(one.path, "", "")
    except PhonewardError:
        return None
