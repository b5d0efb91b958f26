"""The public corpus of databases with deleted content (Nemetz, Schmitt, Freiling 2018; CC0) and its answers."""

import tarfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from phoneward.rescue.sqlite import RecoveredRow
from phoneward.rescue.sqlite.recovered import Value

Answer = tuple[str, ...]
DELETED = ("0A", "0B", "0C", "0D", "0E")
"""Categories in which rows were lost; 09 deletes some without an answer; in the others nothing was deleted."""


def unpacked(archive: Path, folder: Path) -> list[Path]:
    """Unpack the corpus and return its databases."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return sorted(folder.glob("*/*/*.db"))


def lost_rows(database: Path) -> "Counter[Answer]":
    """Return the rows that the answers say were lost."""
    lost: Counter[Answer] = Counter()
    for element in ET.parse(database.with_suffix(".xml")).getroot().findall("element"):  # noqa: S314 - known files
        if element.findtext("meta/type") != "table":
            continue
        kinds = [one.findtext("columnTypeName") for one in element.findall("sql/columnDefinition")]
        is_dropped = element.findtext("meta/deleted") == "True"
        for row in element.findall("entries/row"):
            if is_dropped or row.get("deleted") == "1":
                told = [one.findtext("content") for one in row.findall("column")]
                lost[tuple(_answer(text, kind) for text, kind in zip(told, kinds, strict=True))] += 1
    return lost


def _answer(text: str | None, kind: str | None) -> str:
    if text in {None, "NULL"}:
        return "NULL"
    assert text is not None
    return f"{float(text):.4f}" if kind in {"INTEGER", "REAL"} else text


def answer_of(row: RecoveredRow) -> Answer:
    """Return a recovered row as the answers write it."""
    return tuple(map(_written, row.values))


def _written(value: Value) -> str:
    if value is None:
        return "NULL"
    return f"{float(value):.4f}" if isinstance(value, int | float) else str(value)


@dataclass(frozen=True, slots=True)
class Score:
    """How many rows were lost, how many of them were found, and which found rows were never lost."""

    lost: int
    found: int
    false: tuple[RecoveredRow, ...]


def score(database: Path, rows: Sequence[RecoveredRow]) -> Score:
    """Compare what was found with the answers; each lost row counts once."""
    left = lost_rows(database)
    lost, false = left.total(), []
    for row in rows:
        answer = answer_of(row)
        if left[answer] > 0:
            left[answer] -= 1
        else:
            false.append(row)
    return Score(lost, lost - left.total(), tuple(false))
