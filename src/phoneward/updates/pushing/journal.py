"""A file of records: a run's journal, and a store's signer history. Written line by line, for good every second."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from phoneward.errors import readable
from phoneward.updates.pushing.errors import HistoryUnreadableError
from phoneward.updates.pushing.records import MAX_LINE, Record, decode_record, encode_record

_EVERY_S: Final = 1.0


class Journal:
    """Records by path; in memory there is only where each stands in the file.

    A run that was killed leaves at most one torn line, which is not taken for anything; what follows goes on a new
    line.

    Args:
        path: a file of JSON lines; made where it is missing.

    Raises:
        HistoryUnreadableError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, int] = {}
        self._synced = time.monotonic()
        try:
            self._file = path.open("a+b")
            self._read_through()
        except OSError as error:
            raise self._failed(error) from error

    def _read_through(self) -> None:
        self._file.seek(0)
        place, torn = 0, False
        while line := self._file.readline(MAX_LINE):
            record = decode_record(line) if line.endswith(b"\n") else None
            if record is not None:
                self._places[record.path] = place
            torn = not line.endswith(b"\n")
            place += len(line)
        if torn:
            self._file.write(b"\n")

    def paths(self) -> Iterator[str]:
        """Yield the paths of which there is a record."""
        yield from list(self._places)

    def get(self, path: str) -> Record | None:
        """Return the last record of a path."""
        place = self._places.get(path)
        if place is None:
            return None
        try:
            self._file.flush()
            self._file.seek(place)
            return decode_record(self._file.readline(MAX_LINE))
        except OSError as error:
            raise self._failed(error) from error

    def add(self, record: Record) -> None:
        """Write a record; it outlives this process at once, and a power cut after a second."""
        try:
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(encode_record(record))
            self._file.flush()
            if time.monotonic() - self._synced > _EVERY_S:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            raise self._failed(error) from error
        self._places[record.path] = place

    def _failed(self, error: OSError) -> HistoryUnreadableError:
        return HistoryUnreadableError(
            file=readable(str(self._path)), problem=readable(error.strerror or type(error).__name__)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as failure:
            if error is None:
                raise self._failed(failure) from failure
        finally:
            self._file.close()
