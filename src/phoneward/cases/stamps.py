"""Checks what authorities left with a seal: whether it fits, whether it is sound, and whether it is trusted.

Three questions, in this order. Does the answer speak of this seal, and are the files as they were kept? Is it signed by
the authority that it carries the certificates of? Does that authority lead to one that the person named? Only the third
makes a time worth anything: an adversary answers the first two with an authority of his own.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.cases.bag import CHAIN, OPEN_STAMP, STAMP, SUMS, encode_manifest, seal_folder
from phoneward.cases.logreading import SealLine
from phoneward.cases.verdict import Stamped
from phoneward.errors import readable
from phoneward.texts import N_, Words, words
from phoneward.timestamping import (
    AuthorityFileError,
    Stamp,
    TimestampPartMissingError,
    TimestampRefusedError,
    certificates,
    check_stamp,
)

MAX_PROOF: Final = 1 << 20
"""Bytes of a file beside a seal that are read."""


@dataclass(slots=True)
class Proofs:
    """What came of it.

    Attributes:
        stamped: what is known of the time.
        problems: what is wrong.
        why: why there is no trusted time, where nothing is wrong.
    """

    stamped: Stamped
    problems: list[Words] = field(default_factory=list)
    why: tuple[Words, ...] = ()


def proofs_of(seal: SealLine) -> set[str]:
    """Return the paths in the bag of what authorities left with a seal."""
    names = [*((STAMP, CHAIN) if seal.authority else ()), *((OPEN_STAMP,) if seal.is_open_stamped else ())]
    below = seal_folder(seal.number)
    return {f"{below}/{name}" for name in (*names, *((SUMS,) if names else ()))}


def check_proofs(
    folder: Path, files: Mapping[str, int], seal: SealLine, digest: bytes, authorities: bytes | None
) -> Proofs:
    """Check what authorities left with a seal.

    Args:
        folder: the bag.
        files: sizes of the ordinary files in it, by path.
        seal: which.
        digest: SHA-256 of its tag manifest.
        authorities: certificates (PEM) that the person trusts; None for nobody.

    Raises:
        AuthorityFileError: `authorities` holds no certificate.
    """
    found = Proofs(Stamped(seal.number, None, "", is_trusted=False, clock=_clock(seal.time)))
    below = seal_folder(seal.number)
    held = {path: _read(folder, path, files) for path in sorted(proofs_of(seal)) if path in files}
    _check_sums(found, below, held)
    if not seal.authority or f"{below}/{STAMP}" not in held:
        return found
    path, chain = f"{below}/{STAMP}", held.get(f"{below}/{CHAIN}", b"")
    try:
        answer = check_stamp(held[path], digest, None)
        _check_signature(held[path], digest, chain)
    except TimestampPartMissingError as error:
        found.why = (words(N_("{path} was not checked: {reason}"), path=path, reason=error.sentence()),)
        return found
    except (TimestampRefusedError, AuthorityFileError) as error:
        found.problems.append(words(N_("{path}: {reason}"), path=path, reason=error.sentence()))
        return found
    found.why = _distrust(held[path], digest, authorities, path)
    found.stamped = _stamped(found.stamped, answer, is_trusted=not found.why)
    return found


def _check_sums(found: Proofs, below: str, held: Mapping[str, bytes]) -> None:
    """A token has bytes that no signature covers; the sums beside it cover all of them."""
    sums = held.get(f"{below}/{SUMS}")
    if sums is None:
        return
    for path, data in held.items():
        name = path.rpartition("/")[2]
        line = encode_manifest({name: hashlib.sha256(data).hexdigest()})
        if name != SUMS and line not in sums:
            pattern = N_("{path} was changed: it is not the file that {manifest} names.")
            found.problems.append(words(pattern, path=path, manifest=f"{below}/{SUMS}"))
    entries = {path.rpartition("/")[2]: hashlib.sha256(data).hexdigest() for path, data in held.items()}
    entries.pop(SUMS)
    if encode_manifest(entries) != sums and not found.problems:
        found.problems.append(words(N_("{path} was changed."), path=f"{below}/{SUMS}"))


def _check_signature(token: bytes, digest: bytes, chain: bytes) -> None:
    """Check that the token is sound, where the bag holds the certificate of the authority's root."""
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        own = [one for one in certificates(chain) if one.issuer == one.subject]
    except ValueError as error:  # a name in it is none
        raise AuthorityFileError(detail=readable(str(error))[:200]) from error
    if own:
        check_stamp(token, digest, b"".join(one.public_bytes(Encoding.PEM) for one in own))


def _distrust(token: bytes, digest: bytes, authorities: bytes | None, path: str) -> tuple[Words, ...]:
    """Return why nobody whom the person trusts says the time; nothing where somebody does."""
    if authorities is None:
        pattern = N_("{path}: whom you trust to say the time was not said. Name the authority's root: --ca FILE")
        return (words(pattern, path=path),)
    try:
        check_stamp(token, digest, authorities)
    except TimestampRefusedError as error:
        pattern = N_("{path}: no authority that you trust signed it. {reason}")
        return (words(pattern, path=path, reason=error.sentence()),)
    return ()


def _stamped(before: Stamped, answer: Stamp, *, is_trusted: bool) -> Stamped:
    return Stamped(before.seal, answer.time, answer.authority, is_trusted, before.clock)


def _clock(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _read(folder: Path, path: str, files: Mapping[str, int]) -> bytes:
    if files[path] > MAX_PROOF:
        return b""
    try:
        with (folder / path).open("rb") as stream:
            return stream.read(MAX_PROOF)
    except OSError:
        return b""
