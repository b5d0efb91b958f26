"""What a page needs of a snapshot's coverage: a small summary, and its long lists a page at a time.

A coverage document may name 50,000 gaps. It is read from the vault once; afterwards the cache holds it, by the
snapshot's ID, in the form in which it is asked for.
"""

import datetime as dt
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from phoneward.snapshots.catalogue.folding import fold
from phoneward.snapshots.catalogue.kept import Kept
from phoneward.snapshots.catalogue.pages import PAGE_SIZE, Page, page_of
from phoneward.snapshots.coverage import (
    MAX_DOCUMENT,
    AppCoverage,
    Coverage,
    Levels,
    Proof,
    State,
    StorageCoverage,
    Totals,
    Waiting,
    decode_coverage,
)
from phoneward.snapshots.errors import CoverageMissingError
from phoneward.snapshots.gaps import Gap
from phoneward.snapshots.layout import COVERAGE_DOCUMENT
from phoneward.vault import BlobType, Repository, Snapshot, load_outlines

V = TypeVar("V")

WORST_APPS: Final = 5
MAX_STORAGES: Final = 50
_IN_MEMORY: Final = 2
"""Whole documents in memory: of 50,000 gaps one takes 15 MB."""
_SUMMARIES: Final = 256


class CoverageSummary(msgspec.Struct, frozen=True):
    """What the home page says of a snapshot.

    Attributes:
        snapshot: its ID.
        complete, partial: as in `Coverage`.
        apps: how many apps a person installed are in which state; `system_apps` those of the phone's system.
        worst_apps: apps that a person installed of which something is missing: most bytes out of reach first, those of
            which nobody knows how much after them; at most `WORST_APPS`.
        storages: at most `MAX_STORAGES`.
        gaps: how many names are missing or uncertain; `gap_counts` by reason.
        not_checked: how many questions the phone could not answer.
    """

    snapshot: str
    device: str
    label: str
    taken: dt.datetime
    complete: bool
    partial: bool
    proof: Proof
    levels: Levels | None
    totals: Totals
    apps: dict[State, int]
    system_apps: dict[State, int]
    worst_apps: list[AppCoverage]
    storages: list[StorageCoverage]
    missing_storages: list[str]
    gaps: int
    gap_counts: dict[str, int]
    not_checked: int
    waiting: Waiting | None
    clock_went_back: bool


def summarise(coverage: Coverage) -> CoverageSummary:
    """Return the summary of a coverage document."""
    own = [app for app in coverage.apps if not app.is_system]
    missing = [app for app in own if app.state in {State.PART, State.OUT_OF_REACH}]
    missing.sort(key=lambda app: (app.out_of_reach_bytes is None, -(app.out_of_reach_bytes or 0), app.package))
    return CoverageSummary(
        snapshot=coverage.snapshot,
        device=coverage.device,
        label=coverage.label,
        taken=coverage.taken,
        complete=coverage.complete,
        partial=coverage.partial,
        proof=coverage.proof,
        levels=coverage.levels,
        totals=coverage.totals,
        apps=dict(Counter(app.state for app in own)),
        system_apps=dict(Counter(app.state for app in coverage.apps if app.is_system)),
        worst_apps=missing[:WORST_APPS],
        storages=coverage.storages[:MAX_STORAGES],
        missing_storages=coverage.missing_storages[:MAX_STORAGES],
        gaps=sum(coverage.gap_counts.values()),
        gap_counts=coverage.gap_counts,
        not_checked=len(coverage.not_checked),
        waiting=coverage.waiting,
        clock_went_back=coverage.clock_went_back,
    )


_summaries: Final = msgspec.msgpack.Decoder(CoverageSummary)
_documents: Final = msgspec.msgpack.Decoder(Coverage)


@dataclass(frozen=True, slots=True)
class CoverageView:
    """A coverage document of which pages are asked for. Never changes."""

    coverage: Coverage

    def apps(
        self,
        number: int = 1,
        size: int = PAGE_SIZE,
        *,
        states: frozenset[State] | None = None,
        system: bool | None = None,
        text: str = "",
    ) -> Page[AppCoverage]:
        """Return a page of the apps, in the document's order.

        Args:
            number: from 1.
            size: rows on a page.
            states: only apps in one of these.
            system: only apps that came with the phone (True), or only others (False).
            text: only apps whose package name holds this.
        """
        wanted = fold(text.strip())
        rows = [
            app
            for app in self.coverage.apps
            if (states is None or app.state in states)
            and (system is None or app.is_system == system)
            and (not wanted or wanted in fold(app.package))
        ]
        return page_of(rows, number, size)

    def storages(self, number: int = 1, size: int = PAGE_SIZE) -> Page[StorageCoverage]:
        """Return a page of the storages."""
        return page_of(self.coverage.storages, number, size)

    def gaps(self, number: int = 1, size: int = PAGE_SIZE, *, reason: str | None = None, text: str = "") -> Page[Gap]:
        """Return a page of the gaps that are named, in the document's order.

        Args:
            number: from 1.
            size: rows on a page.
            reason: only those with this `GapReason`.
            text: only paths that hold this.
        """
        rows = self.coverage.gaps
        if reason is not None:
            rows = [gap for gap in rows if gap.reason == reason]
        wanted = fold(text.strip())
        if wanted:
            rows = [gap for gap in rows if wanted in fold(gap.path)]
        return page_of(rows, number, size)


class Coverages:
    """The coverage documents of one vault. Several threads may ask at once; one of them reads, the others wait."""

    def __init__(self, repo: Repository, kept: Kept) -> None:
        self._repo = repo
        self._kept = kept
        self._lock = threading.Lock()
        self._documents: OrderedDict[str, Coverage] = OrderedDict()
        self._summaries: OrderedDict[str, CoverageSummary] = OrderedDict()

    def summary(self, snapshot: Snapshot) -> CoverageSummary:
        """Return what the home page says of a snapshot. Raises as `view`."""
        name = snapshot.id or ""
        with self._lock:
            known = self._summaries.get(name) or self._kept.get(b"summary\0" + name.encode(), _summaries)
            if known is None:
                known = summarise(self._document(snapshot))
                self._kept.put(b"summary\0" + name.encode(), known)
            _remember(self._summaries, name, known, _SUMMARIES)
        return known

    def view(self, snapshot: Snapshot) -> CoverageView:
        """Return a snapshot's coverage to ask for pages of.

        Raises:
            CoverageMissingError: the snapshot holds no coverage document that can be understood.
            PhonewardError: it is damaged, or the vault cannot be read. The index must be loaded unless it is kept.
        """
        with self._lock:
            return CoverageView(self._document(snapshot))

    def _document(self, snapshot: Snapshot) -> Coverage:
        name = snapshot.id or ""
        known = self._documents.get(name) or self._kept.get(b"coverage\0" + name.encode(), _documents)
        if known is None:
            known = self._read(snapshot)
            self._kept.put(b"coverage\0" + name.encode(), known)
        _remember(self._documents, name, known, _IN_MEMORY)
        return known

    def _read(self, snapshot: Snapshot) -> Coverage:
        try:
            return msgspec.structs.replace(decode_coverage(self._bytes(snapshot)), snapshot=snapshot.id or "")
        except ValueError as error:
            raise CoverageMissingError(snapshot=snapshot.short_id, detail=str(error)) from error

    def _bytes(self, snapshot: Snapshot) -> bytes:
        wanted = COVERAGE_DOCUMENT.decode()
        node = next((n for n in load_outlines(self._repo, snapshot.tree) if n.name == wanted), None)
        if node is None or node.type != "file" or node.content is None:
            raise ValueError(f"no {wanted}")
        data = bytearray()
        for blob in node.blobs:
            data += self._repo.load_blob(BlobType.DATA, blob)
            if len(data) > MAX_DOCUMENT:
                raise ValueError(f"{wanted} is too large")
        return bytes(data)


def _remember(memory: OrderedDict[str, V], name: str, value: V, most: int) -> None:
    memory[name] = value
    memory.move_to_end(name)
    while len(memory) > most:
        memory.popitem(last=False)
