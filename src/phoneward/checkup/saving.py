"""Where a report is written: only over nothing, or over an earlier report."""

from pathlib import Path

from phoneward import paper
from phoneward.checkup.html import MARK


def refuse_other_files(path: Path) -> None:
    """Look whether a report may be written here, before anybody waits for one. Raises as `paper.refuse_other_files`."""
    paper.refuse_other_files(path, MARK)


def save_report(path: Path, data: bytes) -> None:
    """Write a report. Raises as `paper.save_document`."""
    paper.save_document(path, data, MARK)
