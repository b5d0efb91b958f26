"""From rescue into a case: what was found is copied into the bag, each file with where it comes from."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from phoneward.cases import Case, CaseFacts, Hand, Incoming, Source
from phoneward.errors import readable
from phoneward.progress import Listener, silent
from phoneward.rescue import Collected, CollectReport, SearchResult, collect, remnant_document, result_document

FOLDER: Final = "rescued"
"""The folder of originals into which it goes."""


def collect_into_case(
    folder: Path, result: SearchResult, *, command: str = "", listener: Listener = silent
) -> CollectReport:
    """Copy all that a search found into a case; it is made where there is none.

    Args:
        folder: of the case.
        result: what was found; still open.
        command: that the person ran, for the custody log.
        listener: hears the phase `collect`.

    Raises:
        CaseError: the case is damaged, in use or cannot be written. What was collected before it is kept.
    """
    asked = result.asked
    hand = Hand(command=command)
    if folder.exists() and any(folder.iterdir()):
        case = Case.open(folder, hand)
    else:
        title = readable(folder.absolute().name)
        case = Case.new(folder, CaseFacts(title=title, incident=asked.incident, happened=asked.when), hand)
    report = collect(result, _IntoCase(case), listener)
    found = {**result_document(result), "found": [remnant_document(one, asked) for one in result.remnants]}
    data = json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    case.add_bytes("rescue.json", data, Source(kind="program", detail="phoneward rescue"))
    return report


def refuse_no_case(folder: Path) -> None:
    """Look whether a folder is a case, or may become one, before anybody waits for a search.

    Raises:
        CaseError: it is neither.
    """
    if folder.exists() and any(folder.iterdir()):
        Case.open(folder)


class _IntoCase:
    """A case as what is collected goes into it."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known = {(item.source.snapshot, item.source.path) for item in case.items() if item.source is not None}

    def has(self, snapshot: str, path: str) -> bool:
        """Tell whether the case has this file."""
        return (snapshot, path) in self._known

    def take(self, files: Sequence[Collected]) -> int:
        """Copy files, all of them or none."""
        items = self._case.add_many([_incoming(file) for file in files])
        self._known.update((file.snapshot, file.path) for file in files)
        return sum(item.size for item in items)


def _incoming(file: Collected) -> Incoming:
    snapshot = file.snapshot[:8] or "folder"
    source = Source(
        kind="snapshot" if file.snapshot else "file",
        path=file.path,
        snapshot=file.snapshot,
        size=file.size,
        modified_ns=file.modified_ns,
    )
    return Incoming(
        name=file.name,
        open=file.open,
        source=source,
        modified_ns=file.modified_ns,
        folder="/".join(part for part in (FOLDER, snapshot, file.folder) if part),
        note=file.note,
    )
