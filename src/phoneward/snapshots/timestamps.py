"""Time stamps of an outside authority over a snapshot (RFC 3161): that it existed then, in just this form.

What is stamped is the snapshot's file in the vault. Its SHA-256 is the snapshot's ID, so the authority learns a random
number and nothing else, and anybody can check with standard tools: `openssl ts -verify -data snapshots/ID …`. The token
is kept in the vault as a later proof about the snapshot (`layout.PROOF_PATHS`), in a file `timestamp.tsr`.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import phoneward
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots.building import document_node
from phoneward.snapshots.errors import (
    AuthorityFileError,
    TimestampPartMissingError,
    TimestampRefusedError,
    TimestampServerError,
)
from phoneward.snapshots.layout import DEVICE_TAG_PREFIX, PROOF_PATHS, proof_subject, proof_tags
from phoneward.snapshots.reading import find
from phoneward.texts import _
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

if TYPE_CHECKING:
    from types import ModuleType

    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse

TOKEN: Final = b"timestamp.tsr"
MAX_TOKEN: Final = 256 << 10
"""Bytes of an answer that are read; real ones have 2 to 7 kB."""

_SECONDS: Final = 30.0
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_GRANTED: Final = frozenset({0, 1})
"""PKIStatus granted and grantedWithMods (RFC 3161, 2.4.2)."""

Send = Callable[[str, bytes], bytes]
"""Sends a query to an address and returns the answer."""


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
    client = _library()
    snapshot_id, content = snapshot_file(repo, ref)
    request = client.TimestampRequestBuilder().data(content).hash_algorithm(client.HashAlgorithm.SHA256).build()
    stamp = _checked((send or post)(url, request.as_bytes()), snapshot_id, authorities, request)
    _keep(repo, lock, stamp)
    return stamp


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
            found.append(_checked(token, name, authorities, None))
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
        if node.size <= MAX_TOKEN:
            yield subject, b"".join(repo.load_blob(BlobType.DATA, blob) for blob in node.content or ())


def post(url: str, query: bytes) -> bytes:
    """Send a query as RFC 3161, 3.4 says and return the answer.

    Raises:
        TimestampServerError: the address is none, or nobody answers there as a time stamp authority does.
    """
    import urllib.error  # 12 ms, and most runs ask nobody
    import urllib.request

    class NoDetours(urllib.request.HTTPRedirectHandler):
        """A redirected POST becomes a GET, which is no query any more: say so instead."""

        def redirect_request(self, *_args: object) -> None:
            """Follow none."""

    shown = readable(url)
    if not url.lower().startswith(("http://", "https://")):
        raise TimestampServerError(url=shown, detail=_("it is not a web address"))
    headers = {"Content-Type": "application/timestamp-query", "User-Agent": f"phoneward/{phoneward.__version__}"}
    try:
        request = urllib.request.Request(url, query, headers)  # noqa: S310 - the scheme was looked at
        opener = urllib.request.build_opener(NoDetours)
        with opener.open(request, timeout=_SECONDS) as answer:
            data: bytes = answer.read(MAX_TOKEN + 1)
    except (OSError, ValueError) as error:  # urllib's errors are OSErrors; http.client's oddities ValueErrors
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise TimestampServerError(url=shown, detail=readable(str(reason))) from error
    if len(data) > MAX_TOKEN:
        raise TimestampServerError(url=shown, detail=_("its answer is far too long"))
    return data


def _checked(
    token: bytes, snapshot_id: FileId, authorities: bytes | None, request: "TimeStampRequest | None"
) -> Timestamp:
    """Return what an answer proves about a snapshot; raises TimestampRefusedError where that is nothing."""
    client = _library()
    try:
        response = client.decode_timestamp_response(token)
        if response.status not in _GRANTED:
            words = readable(" ".join(response.status_string)) or str(response.status)
            raise TimestampRefusedError(detail=words)
        info = response.tst_info
        imprint, moment = info.message_imprint, info.gen_time
        fits = imprint.message == bytes.fromhex(snapshot_id) and imprint.hash_algorithm.dotted_string == _SHA256
        fits = fits and (request is None or request.nonce is None or info.nonce == request.nonce)
        authority = _signer(response)
    except ValueError as error:
        raise TimestampRefusedError(detail=_("it cannot be understood")) from error
    if not fits:
        raise TimestampRefusedError(detail=_("it is about something else"))
    if authorities is not None:
        _verify(response, snapshot_id, _certificates(authorities))
    return Timestamp(snapshot_id, moment, authority, authorities is not None, token)


def _signer(response: "TimeStampResponse") -> str:
    from cryptography import x509

    signers = response.signed_data.signer_infos
    for encoded in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(encoded)
        if any(certificate.serial_number == signer.serial_number for signer in signers):
            return readable(certificate.subject.rfc4514_string())
    return ""


def _certificates(authorities: bytes) -> "list[Certificate]":
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificates(authorities)
    except ValueError as error:
        raise AuthorityFileError(detail=readable(str(error))) from error
    return found


def _verify(response: "TimeStampResponse", snapshot_id: FileId, roots: "list[Certificate]") -> None:
    client = _library()
    builder = client.VerifierBuilder()
    for root in dict.fromkeys(roots):
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify(response, bytes.fromhex(snapshot_id))
    except (client.VerificationError, ValueError) as error:
        raise TimestampRefusedError(detail=readable(str(error))) from error


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


def _library() -> "ModuleType":
    try:
        import rfc3161_client
    except ImportError as error:
        raise TimestampPartMissingError from error
    return rfc3161_client
