"""Collects what was found: copies it, and nothing else. What is looked at stays as it is; only the copies are opened.

Files are handed over in batches, each kept as a whole before the next one begins, so that a cut in the middle loses
nothing that was collected. What is there already is not collected twice.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol

from phoneward.errors import PhonewardError, readable
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.rescue.errors import RemnantGoneError
from phoneward.rescue.remnant import Opener, Remnant
from phoneward.rescue.searching import SearchResult, source_words
from phoneward.texts import Words, labelled

PHASE: Final = "collect"
BATCH_FILES: Final = 100
BATCH_BYTES: Final = 256 << 20
"""So much is handed over at once."""
NAMED: Final = 100
"""Failures that are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Collected:
    """One file on its way into a case.

    Attributes:
        name: its own, readable.
        folder: the folders it lay in, readable, apart by `/`.
        open: opens its bytes for reading.
        snapshot: full ID where it lies in one; else empty.
        path: where it lay, readable.
        size, modified_ns: as its source says; None where it does not.
        note: what it is.
    """

    name: str
    folder: str
    open: Opener
    snapshot: str
    path: str
    size: int | None
    modified_ns: int | None
    note: str


class Collector(Protocol):
    """Where the copies go: a case."""

    def has(self, snapshot: str, path: str) -> bool:
        """Tell whether a file was collected before."""

    def take(self, files: Sequence[Collected]) -> int:
        """Copy files, all of them or none; returns how many bytes they are. An error that `open` raises passes."""


@dataclass(slots=True)
class CollectReport:
    """What came of it.

    Attributes:
        files, bytes: copied.
        known: files that had been collected before.
        failed: files that could not be read; `named` says why, of the first.
    """

    files: int = 0
    bytes: int = 0
    known: int = 0
    failed: int = 0
    named: list[Words] = field(default_factory=list)


def collect(result: SearchResult, collector: Collector, listener: Listener = silent) -> CollectReport:
    """Copy all that was found and can be had from here.

    Args:
        result: what was found; still open.
        collector: where to.
        listener: hears the phase `collect`.

    Raises:
        PhonewardError: the copies cannot be written. What was collected before it is kept.
    """
    report = CollectReport()
    listener(PhaseStarted(PHASE))
    batch: list[Collected] = []
    size = 0
    for file in _files(result.remnants):
        if collector.has(file.snapshot, file.path):
            report.known += 1
            continue
        batch.append(file)
        size += file.size or 0
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            _take(batch, collector, report)
            batch, size = [], 0
            listener(Advanced(PHASE, report.files, report.bytes))
    _take(batch, collector, report)
    listener(PhaseDone(PHASE, report.files, report.bytes))
    return report


def _files(remnants: Sequence[Remnant]) -> Iterator[Collected]:
    """Yield the files of all remnants, each once, however many remnants it belongs to."""
    seen: set[tuple[str, str]] = set()
    for remnant in remnants:
        note = str(labelled(str(source_words(remnant.source)), str(remnant.what)))
        for part in remnant.files():
            key = remnant.snapshot, part.name
            if key in seen:
                continue
            seen.add(key)
            folder, _slash, name = part.name.replace("\\", "/").rpartition("/")
            yield Collected(
                name=name or "file",
                folder=folder.strip("/"),
                open=_guarded(part.name, part.open),
                snapshot=remnant.snapshot,
                path=part.name,
                size=part.size,
                modified_ns=part.modified_ns,
                note=note,
            )


def _guarded(where: str, opener: Opener) -> Opener:
    """Have every trouble of the source say so, so that it is told from trouble of the place where copies go."""

    @contextlib.contextmanager
    def opened() -> Iterator[BinaryIO]:
        with contextlib.ExitStack() as stack:
            try:
                stream = stack.enter_context(opener())
            except (PhonewardError, OSError) as error:
                raise RemnantGoneError(where=where, detail=_why(error)) from error
            yield _Guarded(where, stream)  # type: ignore[misc]  # what is asked of it is `read`

    return opened


class _Guarded:
    """A stream whose trouble says which file it is of."""

    def __init__(self, where: str, stream: BinaryIO) -> None:
        self._where = where
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes. Raises RemnantGoneError."""
        try:
            return self._stream.read(size)
        except (PhonewardError, OSError) as error:
            raise RemnantGoneError(where=self._where, detail=_why(error)) from error


def _why(error: PhonewardError | OSError) -> str:
    return readable(error.sentence() if isinstance(error, PhonewardError) else error.strerror or str(error))


def _take(batch: Sequence[Collected], collector: Collector, report: CollectReport) -> None:
    """Hand a batch over; where one of its files cannot be read, each by itself."""
    if not batch:
        return
    try:
        report.bytes += collector.take(batch)
        report.files += len(batch)
    except RemnantGoneError as error:
        if len(batch) > 1:
            for file in batch:
                _take([file], collector, report)
            return
        report.failed += 1
        if len(report.named) < NAMED:
            report.named.append(Words(error.message, details={k: str(v) for k, v in error.details.items()}))
