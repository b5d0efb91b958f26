"""A whole store's candidates against everything it has published: which of them must not go out.

First every file is read and verified once, by all cores (`runners`); what was read is kept (`journal`), so that a run
that was stopped goes on, and the next run reads only what is new. Then each candidate is judged against the versions
that phones may have.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.apk import Manifest
from phoneward.errors import readable
from phoneward.texts import Words, words
from phoneward.updates.pushing.errors import CatalogFolderError, NowhereInstalledError
from phoneward.updates.pushing.field import Span, judge_field
from phoneward.updates.pushing.gate import stops
from phoneward.updates.pushing.journal import Journal
from phoneward.updates.pushing.problems import Problem, ProblemKind
from phoneward.updates.pushing.records import Record
from phoneward.updates.pushing.runners import Runner
from phoneward.updates.verdict import Verdict

SUFFIXES: Final = (".apk", ".apks", ".xapk", ".apkm")


@dataclass(slots=True)
class Catalog:
    """What a run found; filled while `problems` is iterated.

    Attributes:
        candidates: files that were judged.
        read: files that were read in this run; the others were known already.
        problems: how many were found.
        new_apps: candidates of which no other version is known: nothing can be lost.
        unread: files that went out before and cannot be read as an app: nothing is compared with them.
    """

    candidates: int = 0
    read: int = 0
    problems: int = 0
    new_apps: int = 0
    unread: int = 0


def files_in(folder: Path) -> list[str]:
    """Return the app files in a folder and those below it, sorted; links are not followed.

    Raises:
        CatalogFolderError: it cannot be listed.
    """

    def failed(error: OSError) -> None:
        raise CatalogFolderError(
            folder=readable(str(error.filename or folder)), problem=readable(error.strerror or type(error).__name__)
        ) from error

    found = []
    for above, _folders, names in os.walk(folder, onerror=failed):
        found += [os.path.join(above, name) for name in names if name.lower().endswith(SUFFIXES)]
    return sorted(path for path in found if os.path.isfile(path))


def read_files(paths: Iterable[str], journal: Journal, runner: Runner) -> Iterator[Record]:
    """Read the files that the journal does not know as they are now, and write down what was read.

    Args:
        paths: of files.
        journal: written to.
        runner: does the reading.

    Yields:
        What was read in this run, in the order of the paths.
    """
    for record in runner(path for path in paths if not _is_known(journal, path)):
        journal.add(record)
        yield record


def _is_known(journal: Journal, path: str) -> bool:
    known = journal.get(path)
    if known is None:
        return False
    try:
        told = os.stat(path)
    except OSError:
        return False
    return known.is_of(told)


def problems(candidates: Sequence[str], journal: Journal, catalog: Catalog) -> Iterator[Problem]:
    """Judge candidates against every other version that the journal knows.

    Args:
        candidates: files that the journal has records of.
        journal: what is known.
        catalog: counted in.

    Yields:
        What is wrong, candidate by candidate in their order.
    """
    versions = _versions(journal)
    for path in candidates:
        record = journal.get(path)
        catalog.candidates += 1
        if record is None:
            catalog.problems += 1
            yield Problem(ProblemKind.UNDECIDED, path, words("It could not be told."))
            continue
        for problem in _problems_of(record, versions, journal, catalog):
            catalog.problems += 1
            yield problem


def unread(published: Iterable[str], journal: Journal, catalog: Catalog) -> Iterator[tuple[str, Words]]:
    """Yield what went out before and cannot be compared with, and why; counted in."""
    for path in published:
        record = journal.get(path)
        if record is None or record.base is None:
            catalog.unread += 1
            yield path, _failure(record)


def _failure(record: Record | None) -> Words:
    return record.failure.words if record is not None and record.failure else words("It holds no app.")


def _versions(journal: Journal) -> dict[str, list[tuple[int, str]]]:
    """Return what is known of each package: version codes and paths, the oldest first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for path in journal.paths():
        record = journal.get(path)
        if record is not None and record.base is not None:
            found.setdefault(record.base.package, []).append((record.base.version_code, path))
    return {package: sorted(known) for package, known in found.items()}


def _problems_of(
    record: Record, versions: dict[str, list[tuple[int, str]]], journal: Journal, catalog: Catalog
) -> Iterator[Problem]:
    base = record.base
    if base is None:
        yield Problem(ProblemKind.NOT_AN_APP, record.path, _failure(record))
        return
    if not any(verified.is_verified for verified in record.apks[0].verified):
        said = words("No phone would believe its signature.")
        yield Problem(ProblemKind.NOT_VERIFIED, record.path, said, base.package, base.version_code)
        return
    known_ones = versions[base.package]
    older = [path for code, path in known_ones if code < base.version_code]
    same = [path for code, path in known_ones if code == base.version_code and path != record.path]
    newer = [path for code, path in known_ones if code > base.version_code]
    catalog.new_apps += not (older or same or newer)
    # A copy of what went out, with its number and signer, is nothing new; one of another signer is put over it.
    others = [path for path in _those_that_differ(same, journal) if _signers(journal.get(path)) != _signers(record)]
    if not older and not same and newer and not _certificates(record) & _certificates(journal.get(newer[0])):
        others = newer[:1]  # a low number does not make a stranger's file an early version of this app
    for path in (*others, *_those_that_differ(older, journal)):
        known = journal.get(path)
        if known is not None:
            yield from _against(record, base, known)


def _those_that_differ(older: Sequence[str], journal: Journal) -> Iterator[str]:
    """Yield the newest, and of those before it the newest of each that phones would take for another signer's."""
    seen = set()
    for path in reversed(older):
        signers = _signers(journal.get(path))
        if signers and signers not in seen:
            seen.add(signers)
            yield path


def _signers(record: Record | None) -> tuple[tuple[int, int | None, tuple[bytes, ...] | None], ...]:
    """Return whom phones take for the signer, by Android version; empty of what is no app."""
    if record is None or not record.apks:
        return ()
    return tuple((one.low, one.high, one.signing.signers if one.signing else None) for one in record.apks[0].verified)


def _certificates(record: Record | None) -> set[bytes]:
    """Return every certificate that some phone takes for a signer, now or before."""
    found = set[bytes]()
    for one in record.apks[0].verified if record is not None and record.apks else ():
        if one.signing is not None:
            found.update(one.signing.signers, (node.certificate for node in one.signing.past))
    return found


def _against(record: Record, base: Manifest, older: Record) -> Iterator[Problem]:
    try:
        spans = judge_field(older.app(), record.app())
    except NowhereInstalledError:
        return  # no phone can have it
    for span in spans:
        kind = _kind(span)
        if kind is not None:
            yield Problem(
                kind,
                record.path,
                span.judgement.reasons[0].text if span.judgement.reasons else words("It could not be told."),
                base.package,
                base.version_code,
                older.path,
                span.low,
                span.high,
                span.judgement.reasons,
            )


def _kind(span: Span) -> ProblemKind | None:
    if span.judgement.verdict is Verdict.UNDECIDED:
        return ProblemKind.UNDECIDED
    if not stops(span):
        return None
    return ProblemKind.WIPES if span.judgement.verdict is Verdict.WIPES else ProblemKind.REFUSED
