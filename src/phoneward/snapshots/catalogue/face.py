"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.snapshots.catalogue.catalogue import Catalogue, DamagedFolder, IndexState, SearchAnswer
from phoneward.snapshots.catalogue.changes import ChangeCounts, ChangeRow
from phoneward.snapshots.catalogue.coverages import CoverageSummary, CoverageView
from phoneward.snapshots.catalogue.folders import BrowseEntry, FolderView
from phoneward.snapshots.catalogue.pages import PAGE_SIZE, Page
from phoneward.snapshots.catalogue.searching import FileHistory, FileVersion, Found
from phoneward.snapshots.catalogue.snapshot_list import (
    DamagedSnapshot,
    Listed,
    SnapshotKind,
    SnapshotList,
    kind_of_snapshot,
)

__all__ = [
    "PAGE_SIZE",
    "BrowseEntry",
    "Catalogue",
    "ChangeCounts",
    "ChangeRow",
    "CoverageSummary",
    "CoverageView",
    "DamagedFolder",
    "DamagedSnapshot",
    "FileHistory",
    "FileVersion",
    "FolderView",
    "Found",
    "IndexState",
    "Listed",
    "Page",
    "SearchAnswer",
    "SnapshotKind",
    "SnapshotList",
    "kind_of_snapshot",
]
