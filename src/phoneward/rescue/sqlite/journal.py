"""The rollback journal beside a database: pages as they were before a transaction (fileformat2.html, 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from phoneward.rescue.sqlite.header import SIZES
from phoneward.rescue.sqlite.pages import Bytes, Image

_MAGIC: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_HEADER: Final = 28
_SECTOR: Final = 512


@dataclass(frozen=True, slots=True)
class Journal:
    """A rollback journal.

    Attributes:
        hot: whether its header is whole: SQLite would put its pages back when the database is opened.
        sector: bytes its header takes.
        page_size: in bytes.
    """

    hot: bool
    sector: int
    page_size: int


def read_journal(file: Bytes, page_size: int) -> Journal | None:
    """Return what kind of journal it is; None where it is empty, or its pages are not the database's."""
    head = file.at(0, _HEADER)
    if len(head) < _HEADER:
        return None
    if head[:8] != _MAGIC:
        # A journal that was used has its header overwritten with zeros (journal_mode=PERSIST); pages are still there.
        return Journal(hot=False, sector=_SECTOR, page_size=page_size) if not any(head[:8]) else None
    sector, size = int.from_bytes(head[20:24], "big"), int.from_bytes(head[24:28], "big")
    if sector not in {0, *SIZES} or size not in {0, page_size}:
        return None
    return Journal(hot=True, sector=sector or _SECTOR, page_size=page_size)


def images(file: Bytes, journal: Journal) -> Iterator[Image]:
    """Yield the pages of a journal: each as it was before the transaction."""
    at, length = journal.sector, journal.page_size + 8
    nonce: int | None = None
    while True:
        record = file.at(at, length)
        if len(record) < length:
            return
        if record[:8] == _MAGIC:  # the next part of the journal has a header of its own
            at += journal.sector
            nonce = None
            continue
        number = int.from_bytes(record[:4], "big")
        data = record[4:-4]
        # The sum is the nonce plus every 200th byte from the end; where the header is gone, the first page tells it.
        found = (int.from_bytes(record[-4:], "big") - sum(data[journal.page_size - 200 : 0 : -200])) & 0xFFFFFFFF
        if nonce is None:
            nonce = found
        if number == 0 or found != nonce:
            step = -at % journal.sector
            if step == 0:
                return
            at += step
            nonce = None
            continue
        yield Image(number, data, "journal", at + 4)
        at += length
