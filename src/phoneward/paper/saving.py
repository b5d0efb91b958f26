"""Writes a document for good: beside its place, readable by its owner only, then renamed. Replaces only its like.

A document bears a mark by which an earlier one is known: HTML in its `generator`, PDF among its keywords, a calendar in
its `PRODID`.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.paper.errors import NotAReportError, ReportUnwritableError
from phoneward.texts import _

LOOKED_AT: Final = 8 << 20
"""Bytes of a file that are searched for the mark: a PDF has it near its end."""


def refuse_other_files(path: Path, mark: str) -> None:
    """Look whether a document may be written here, before anybody waits for one.

    Args:
        path: where to.
        mark: of documents that it may take the place of.

    Raises:
        NotAReportError: something is there that does not bear the mark.
        ReportUnwritableError: the folder is not there, or the place cannot be looked at.
    """
    try:
        if not path.parent.is_dir():
            raise ReportUnwritableError(path=readable(str(path)), detail=_("there is no such folder"))
        found = os.lstat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ReportUnwritableError(path=readable(str(path)), detail=readable(error.strerror or str(error))) from error
    if not stat.S_ISREG(found.st_mode) or not _bears(path, mark.encode()):
        raise NotAReportError(path=readable(str(path)))


def _bears(path: Path, mark: bytes) -> bool:
    """Tell whether a file is an earlier document with this mark, or holds nothing at all."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LOOKED_AT)
    except OSError:
        return False
    if data.startswith(b"%PDF-"):
        return mark in data
    if data.startswith(b"BEGIN:VCALENDAR"):
        return b"\nPRODID:" + mark in data
    return not data or (data.startswith(b"<!doctype html>") and b'<meta name="generator" content="%s">' % mark in data)


def save_document(path: Path, data: bytes, mark: str) -> None:
    """Write a document.

    Args:
        path: where to.
        data: what.
        mark: that it bears.

    Raises:
        NotAReportError: something is there that does not bear the mark.
        ReportUnwritableError: it cannot be written.
    """
    refuse_other_files(path, mark)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        try:
            with open(os.open(temporary, flags, 0o600), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ReportUnwritableError(path=readable(str(path)), detail=readable(error.strerror or str(error))) from error
