"""Time stamps of an outside authority over a snapshot (RFC 3161): that it existed then, in just this form.

What is stamped is the snapshot's file in the vault. Its SHA-256 is the snapshot's ID, so the authority learns a random
number and nothing else, and anybody can check with standard tools: `openssl ts -verify -data snapshots/ID …`. The token
is kept in the vault as a later proof about the snapshot (`layout.PROOF_PATHS`), in a file `timestamp.tsr`.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

import phoneward
from phoneward.errors import PhonewardError
from phoneward.snapshots.file_nodes import document_node
from phoneward.snapshots.layout import DEVICE_TAG_PREFIX, PROOF_PATHS, proof_subject, proof_tags
from phoneward.snapshots.reading import find
from phoneward.texts import _
from phoneward.timestamping import MAX_ANSWER, Send, Stamp, TimestampRefusedError, check_stamp, stamp
from phoneward.vault import (
    BlobId,
    BlobType,
    DamagedError,
    FileId,
    FileType,
    HeldLock,
    Repository,
    Snapshot,
    encode_tree,
    find_node,
    load_snapshot,
    load_snapshots,
    names_of,
    save_snapshot_held,
)

TOKEN: Final = b"timestamp.tsr"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """One time stamp.

    Attributes:
        snapshot: what it is about.
        time: what the authority says, UTC.
        authority: who signed, by the certificate that came along; empty where none did.
        is_verified: its signature leads to an authority that the person named. False: nobody was named to ask.
        token: the whole answer (`.tsr`), as it came.
    """

    snapshot: FileId
    time: dt.datetime
    authority: str
    is_verified: bool
    token: bytes


def stamp_snapshot(
    repo: Repository,
    lock: HeldLock,
    ref: str,
    url: str,
    *,
    authorities: bytes | None = None,
    send: Send | None = None,
) -> Timestamp:
    """Have an authority stamp a snapshot, check the answer and keep it in the vault.

    Args:
        repo: open, its index loaded; it is written to.
        lock: held.
        ref: `latest` or the first digits of an id.
        url: of the authority, `http://` or `https://`. Nothing but a hash is sent.
        authorities: certificates (PEM) of authorities that are trusted; None checks all but whose signature it is.
        send: asks the authority; None asks over the network.

    Raises:
        TimestampPartMissingError: the optional library is not installed.
        TimestampServerError: the authority cannot be reached.
        TimestampRefusedError: it refused, or its answer proves nothing.
        AuthorityFileError: `authorities` holds no certificate.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        VaultError: the vault cannot be read or written.
    """
    snapshot_id, content = snapshot_file(repo, ref)
    found = _about(snapshot_id, stamp(content, url, authorities=authorities, send=send))
    _keep(repo, lock, found)
    return found


def snapshot_file(repo: Repository, ref: str) -> tuple[FileId, bytes]:
    """Return a snapshot's ID and the bytes that are stamped: its file, whose SHA-256 is that ID.

    Raises:
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        DamagedError, FileMissingError, StorageError: it cannot be had as it was written.
    """
    name = FileId(find(repo, ref).id or "")
    content = repo.storage.load(FileType.SNAPSHOT, name)
    if hashlib.sha256(content).hexdigest() != name:
        raise DamagedError(name=f"snapshots/{name}", problem=_("its content was changed."))
    return name, content


def timestamps_of(
    repo: Repository, ref: str, *, authorities: bytes | None = None
) -> list[Timestamp | TimestampRefusedError]:
    """Return the time stamps that the vault keeps for a snapshot, each checked again: it, or why it proves nothing.

    A copy's file is another one than that which was stamped, so a stamp that came along with it names (`snapshot`) what
    the copy was called where it comes from: the vault that holds that file can show it, a copy alone cannot.

    Raises:
        TimestampPartMissingError: the optional library is not installed.
        AuthorityFileError: `authorities` holds no certificate.
        VaultError: the vault cannot be read, or the snapshot was changed.
    """
    snapshot_id, _content = snapshot_file(repo, ref)
    found: list[Timestamp | TimestampRefusedError] = []
    for name, token in _tokens(repo, names_of(load_snapshot(repo, snapshot_id))):
        try:
            found.append(_checked(token, name, authorities))
        except TimestampRefusedError as error:
            found.append(error)
    return found


def _tokens(repo: Repository, names: Collection[FileId]) -> Iterator[tuple[FileId, bytes]]:
    for proof in load_snapshots(repo, on_damaged=lambda _name, _error: None):
        subject = proof_subject(proof)
        if subject is None or subject not in names:
            continue
        try:
            node = find_node(repo, proof.tree, b"/" + TOKEN)
        except PhonewardError:
            continue  # another kind of proof
        if node.size <= MAX_ANSWER:
            yield subject, b"".join(repo.load_blob(BlobType.DATA, blob) for blob in node.content or ())


def _checked(token: bytes, snapshot_id: FileId, authorities: bytes | None) -> Timestamp:
    return _about(snapshot_id, check_stamp(token, bytes.fromhex(snapshot_id), authorities))


def _about(snapshot_id: FileId, stamp: Stamp) -> Timestamp:
    return Timestamp(snapshot_id, stamp.time, stamp.authority, stamp.is_verified, stamp.token)


def _keep(repo: Repository, lock: HeldLock, stamp: Timestamp) -> None:
    """Store a token as a later proof."""
    subject = load_snapshot(repo, stamp.snapshot)
    device = next((tag for tag in subject.tags if tag.startswith(DEVICE_TAG_PREFIX)), "")
    now = time.time_ns()
    with repo.writer() as writer:
        kept = writer.put_file([stamp.token])
        writer.flush()
        done = kept.result()
        tree = encode_tree([document_node(TOKEN, now, done.size, done.ids)])
        writer.put(BlobType.TREE, tree)
        writer.flush()
    save_snapshot_held(
        repo,
        lock,
        Snapshot(
            time_ns=now,
            tree=BlobId(hashlib.sha256(tree).digest()),
            paths=PROOF_PATHS,
            hostname=subject.hostname,
            tags=proof_tags(device.removeprefix(DEVICE_TAG_PREFIX), stamp.snapshot),
            program_version=f"phoneward {phoneward.__version__}",
        ),
    )
