"""Seals a case: its folder becomes a bag, and an authority may say since when it is as it is.

A seal covers the custody log up to the line that announces it. The log goes on after that, in the same file: the next
seal covers all of it. What an earlier seal needs to be checked is kept in `seals/0001` and so on: its manifests, its
tag files, the facts of that time; its log is the beginning of the present one, and other files never change.
"""

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import phoneward
from phoneward.cases.bag import (
    CHAIN,
    DECLARATION,
    DECLARED,
    INFO,
    KEPT_FACTS,
    MANIFEST,
    OPEN_STAMP,
    README,
    STAMP,
    SUMS,
    TAG_FILES,
    TAG_MANIFEST,
    encode_info,
    encode_manifest,
    read_manifest,
    seal_folder,
)
from phoneward.cases.change import STAGING
from phoneward.cases.custody import LOG, Line, encode_line, hash_line
from phoneward.cases.errors import EvidenceAlteredError
from phoneward.cases.logreading import FACTS, LogSeen, read_log
from phoneward.cases.opentimestamps import open_stamp
from phoneward.cases.pastseals import PastSeals
from phoneward.cases.readme import readme
from phoneward.cases.stamps import check_proofs, proofs_of
from phoneward.cases.tree import Tree, hash_file, unreadable, walk
from phoneward.errors import readable
from phoneward.progress import Advanced, Listener, PhaseStarted
from phoneward.texts import N_, Words, words
from phoneward.timestamping import Send, Stamp, chain_of, stamp

_ROOT: Final = frozenset({*TAG_FILES, TAG_MANIFEST})

TOOL: Final = f"Phoneward {phoneward.__version__}"


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that was made.

    Attributes:
        number: 1 for the first.
        lines: of the custody log that it covers.
        files, bytes: of the payload.
        stamp: the authority's answer; None where nobody was asked.
        sha256: of the tag manifest, hexadecimal: it stands for the whole bag.
    """

    number: int
    lines: int
    files: int
    bytes: int
    stamp: Stamp | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Wish:
    """How to seal.

    Attributes:
        url: of the time stamp authority; empty asks nobody.
        authorities: certificates (PEM) of authorities that are trusted; None checks all but whose signature it is.
        open_stamped: ask OpenTimestamps as well.
        send: asks the authority; None asks over the network.
    """

    url: str = ""
    authorities: bytes | None = None
    open_stamped: bool = False
    send: Send | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it is before a seal, checked against its log: SHA-256 and size of each file of the payload."""

    payload: dict[str, tuple[str, int]]
    log: LogSeen


def standing(folder: Path, listener: Listener) -> Standing:
    """Look whether the case's folder is as its log says, file by file.

    Raises:
        EvidenceAlteredError: it is not.
    """
    tree = walk(folder)
    with (folder / LOG).open("rb") as stream:
        log = read_log(stream)
    _refuse([*tree.problems, *log.problems])
    payload = {path: size for path, size in tree.files.items() if path.startswith("data/") and path != LOG}
    unknown = sorted({path for path in payload if path not in log.files} | _strangers(tree, len(log.seals)))
    _refuse([words(N_("{path} was not added with Phoneward."), path=readable(path)) for path in unknown])
    missing = sorted(path for path in log.files if path not in payload)
    _refuse([words(N_("{path} is missing."), path=readable(path)) for path in missing])
    found = {**_hashed(folder, payload, log, listener), LOG: (log.sha256 or "", tree.files[LOG])}
    _check_seals(folder, tree, log, {path: sha256 for path, (sha256, _size) in found.items()})
    return Standing(found, log)


def _check_seals(folder: Path, tree: Tree, log: LogSeen, payload: dict[str, str]) -> None:
    """Look whether the seals so far are as they were made: the next one would cover what somebody made of them."""
    if not log.seals:
        return
    kept = {path: size for path, size in tree.files.items() if path.startswith("seals/") or path in _ROOT}

    def sha256(path: str) -> str | None:
        return _hash(folder, path, kept[path]) if path in kept else None

    def manifest(path: str) -> dict[str, str]:
        with io.BytesIO(_read(folder, path)) as stream:
            return read_manifest(stream)[0]

    newest = log.seals[-1]
    _refuse(PastSeals(log, payload, manifest, sha256).problems(log.seals, newest))
    for seal in log.seals:
        place = TAG_MANIFEST if seal is newest else f"{seal_folder(seal.number)}/{TAG_MANIFEST}"
        digest = hashlib.sha256(_read(folder, place)).digest()
        missing = sorted(proofs_of(seal) - set(kept))
        _refuse([words(N_("{path} is missing."), path=path) for path in missing])
        _refuse(check_proofs(folder, kept, seal, digest, None).problems)


def prepare(folder: Path, before: Standing, line: Line, title: str, wish: Wish) -> tuple[dict[str, bytes], Seal]:
    """Return the files that make the seal, by their paths in the bag.

    Args:
        folder: of the case.
        before: the case so far.
        line: that announces the seal, as it will stand in the log.
        title: of the case.
        wish: how to seal.

    Raises:
        EvidenceAlteredError: an earlier seal is not as it was made.
        OpenTimestampsMissingError: its program is missing or failed.
        TimestampPartMissingError, TimestampServerError, TimestampRefusedError, AuthorityFileError: nobody stamped it.
    """
    number, data = line.seal, encode_line(line)
    size = before.payload[LOG][1] + len(data)
    payload = {path: sha256 for path, (sha256, _size) in before.payload.items()}
    payload[LOG] = _longer(folder / LOG, data)
    total = sum(size for _sha256, size in before.payload.values()) + len(data)
    files = {
        DECLARATION: DECLARED,
        MANIFEST: encode_manifest(payload),
        README: readme(
            number=number, time=line.time, tool=TOOL, authority=line.authority, is_open_stamped=line.open_stamped
        ),
        INFO: encode_info(
            [
                ("Bagging-Date", dt.datetime.fromisoformat(line.time).date().isoformat()),
                ("Bag-Software-Agent", TOOL),
                ("External-Description", title),
                ("Payload-Oxum", f"{total}.{len(payload)}"),
                ("Phoneward-Seal", str(number)),
                ("Phoneward-Log-Lines", str(line.seq)),
                ("Phoneward-Log-Size", str(size)),
                ("Phoneward-Log-Head", hash_line(data)),
            ]
        ),
        f"{seal_folder(number)}/{KEPT_FACTS}": (folder / FACTS).read_bytes(),
    }
    tags = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    tags |= _earlier(folder, number, files)
    files[TAG_MANIFEST] = encode_manifest(tags)
    made, proofs = _stamped(files[TAG_MANIFEST], wish)
    if proofs:
        proofs[SUMS] = encode_manifest({name: hashlib.sha256(proof).hexdigest() for name, proof in proofs.items()})
    files |= {f"{seal_folder(number)}/{name}": proof for name, proof in proofs.items()}
    sha256 = hashlib.sha256(files[TAG_MANIFEST]).hexdigest()
    return files, Seal(number, line.seq, len(payload), total, made, sha256)


def _stamped(content: bytes, wish: Wish) -> tuple[Stamp | None, dict[str, bytes]]:
    """Return what the authority said, and the files that it leaves."""
    made, proofs = None, {}
    if wish.open_stamped:
        proofs[OPEN_STAMP] = open_stamp(content)
    if wish.url:
        made = stamp(content, wish.url, authorities=wish.authorities, send=wish.send)
        proofs[STAMP] = made.token
        proofs[CHAIN] = chain_of(made.token, wish.authorities)
    return made, proofs


def _earlier(folder: Path, number: int, files: dict[str, bytes]) -> dict[str, str]:
    """Put the tag files of the seal before into `files`; return the hashes of all that earlier seals left."""
    tags: dict[str, str] = {}
    last = seal_folder(number - 1)
    for name in (*TAG_FILES, TAG_MANIFEST) if number > 1 else ():
        files[f"{last}/{name}"] = _read(folder, name)
        tags[f"{last}/{name}"] = hashlib.sha256(files[f"{last}/{name}"]).hexdigest()
    for path, size in walk(folder).files.items():
        if path.startswith("seals/"):
            tags[path] = _hash(folder, path, size)
    return tags


def _read(folder: Path, path: str) -> bytes:
    try:
        return (folder / path).read_bytes()
    except OSError as error:
        raise EvidenceAlteredError(detail=unreadable(path, error)) from error


def _hashed(folder: Path, payload: dict[str, int], log: LogSeen, listener: Listener) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    done = files = 0
    listener(PhaseStarted("read-back", len(payload), sum(payload.values())))

    def advance(count: int) -> None:
        nonlocal done
        done += count
        listener(Advanced("read-back", files, done))

    for path, size in payload.items():
        sha256 = _hash(folder, path, size, advance)
        if sha256 != log.files[path].sha256:
            raise EvidenceAlteredError(detail=words(N_("{path} was changed."), path=readable(path)))
        found[path] = (sha256, size)
        files += 1
    return found


def _hash(folder: Path, path: str, size: int, advance: Callable[[int], None] = lambda _count: None) -> str:
    try:
        sha256 = hash_file(folder / path, size, advance)
    except OSError as error:
        raise EvidenceAlteredError(detail=unreadable(path, error)) from error
    if sha256 is None:
        raise EvidenceAlteredError(detail=words(N_("{path} was changed."), path=readable(path)))
    return sha256


def _strangers(tree: Tree, seals: int) -> set[str]:
    """Return what lies beside the payload and comes from no seal."""
    ours = set(_ROOT) if seals else set()
    names = {*TAG_FILES, TAG_MANIFEST, KEPT_FACTS, STAMP, CHAIN, OPEN_STAMP, SUMS}
    ours |= {f"{seal_folder(number)}/{name}" for number in range(1, seals + 1) for name in names}
    return {p for p in tree.files if not p.startswith(("data/", f"{STAGING}/")) and p not in ours}


def _longer(log: Path, data: bytes) -> str:
    """Return the SHA-256 of the log with one line more."""
    with log.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    digest.update(data)
    return digest.hexdigest()


def _refuse(problems: "list[Words]") -> None:
    if problems:
        raise EvidenceAlteredError(detail=problems[0])
