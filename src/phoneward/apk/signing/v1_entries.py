"""The entries of an APK against the list of what was signed (apksig `verifyJarEntriesAgainstManifestAndSigners`).

Entries under META-INF/ and folders need not be signed; all others must be, by the same signers.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from phoneward.apk.container import Container, Entry
from phoneward.apk.errors import ContainerError
from phoneward.apk.signing.facts import Problem, Scheme
from phoneward.apk.signing.problems import problem
from phoneward.apk.signing.remembered import Remembered
from phoneward.apk.signing.twothreads import in_two_threads
from phoneward.apk.signing.v1_digests import Digest
from phoneward.apk.signing.v1_list import SignedList
from phoneward.errors import readable
from phoneward.texts import Size, verbatim

META: Final = b"META-INF/"

ALWAYS_UNPACKED: Final = 256 << 20
UNPACKED_FOR_EACH_BYTE: Final = 16
"""How much is unpacked to check a file: 256 MiB, and 16 bytes more for each byte of the file. Apps' files are two to
four times as large unpacked; what passes this bound is made to keep a computer busy. Android has no bound."""
MAX_PROBLEMS: Final = 10
"""Entries that are named before the rest is left alone."""
_BATCH: Final = 1 << 20
"""Bytes, unpacked, that a thread takes at once."""


class Entries:
    """Who signed what is in an APK, and whether it is what they signed.

    Args:
        container: the APK.
        signed: its list of what was signed.
        signers: the names that each signer vouches for.
        remembered: what was wrong with its entries where that was looked at before; filled.
    """

    def __init__(
        self,
        container: Container,
        signed: SignedList,
        signers: Sequence[frozenset[bytes]],
        remembered: Remembered,
    ) -> None:
        self._container = container
        self._signed = signed
        self._signers = signers
        self._known = remembered.entries
        self.signed_by: tuple[int, ...] = ()
        """Positions of the signers that signed all of it."""

    def problems(self) -> tuple[Problem, ...]:
        """Compare everything; return what is wrong, empty where nothing is.

        Raises:
            ApkError: it cannot be read.
        """
        problems: list[Problem] = []
        work: list[tuple[Entry, tuple[Digest, ...]]] = []
        first: bytes | None = None
        for entry in sorted(self._container.entries(), key=lambda one: one.header_offset):
            if len(problems) == MAX_PROBLEMS:
                break
            name = entry.name
            if name.startswith(META) or name.endswith(b"/"):
                continue
            listed = self._signed.entries.get(name)
            signed_by = tuple(number for number, names in enumerate(self._signers) if name in names)
            if listed is None or not signed_by or listed.digests == ():
                problems.append(entry_problem("entry-unsigned", name))
            elif first is not None and signed_by != self.signed_by:
                problems.append(entry_problem("entry-signers-differ", name, first))
            elif listed.digests is None:
                problems.append(problem("list-malformed", Scheme.V1))
            else:
                work.append((entry, listed.digests))
            if first is None and listed is not None and signed_by:
                first, self.signed_by = name, signed_by
        if first is None and not problems:
            problems.append(problem("nothing-signed", Scheme.V1))
        return tuple(problems) or self._content_problems(work)

    def _content_problems(self, work: Sequence[tuple[Entry, tuple[Digest, ...]]]) -> tuple[Problem, ...]:
        size = sum(entry.size for entry, _digests in work)
        if size > ALWAYS_UNPACKED + UNPACKED_FOR_EACH_BYTE * self._container.source.size:
            return (problem("too-large", Scheme.V1, size=Size(size)),)
        held = tuple((entry.header_offset, digests) for entry, digests in work)
        if held not in self._known:
            found = in_two_threads(self._problems_of, list(_batches(work)))
            self._known[held] = tuple(islice((one for batch in found for one in batch), MAX_PROBLEMS))
        return self._known[held]

    def _problems_of(self, batch: Sequence[tuple[Entry, tuple[Digest, ...]]]) -> list[Problem]:
        found = (self._problem_of(entry, digests) for entry, digests in batch)
        return list(islice((one for one in found if one is not None), MAX_PROBLEMS))

    def _problem_of(self, entry: Entry, digests: tuple[Digest, ...]) -> Problem | None:
        hashers = [hashlib.new(algorithm) for algorithm, _digest in digests]
        try:
            for chunk in self._container.chunks(entry):
                for hasher in hashers:
                    hasher.update(chunk)
        except ContainerError:
            return entry_problem("entry-damaged", entry.name)
        if all(hasher.digest() == digest for hasher, (_algorithm, digest) in zip(hashers, digests, strict=True)):
            return None
        return entry_problem("entry-changed", entry.name)


def entry_problem(code: str, name: bytes, other: bytes | None = None) -> Problem:
    """Return a problem with one entry."""
    details = {} if other is None else {"other": verbatim(readable(other))}
    return problem(code, Scheme.V1, entry=verbatim(readable(name)), **details)


def _batches(work: Sequence[tuple[Entry, tuple[Digest, ...]]]) -> Iterator[list[tuple[Entry, tuple[Digest, ...]]]]:
    """Yield the work in pieces, the largest entries first: two threads come to an end at about the same time."""
    batch: list[tuple[Entry, tuple[Digest, ...]]] = []
    size = 0
    for one in sorted(work, key=lambda part: -part[0].size):
        batch.append(one)
        size += one[0].size + 1024
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
