"""What the MediaStore of the phone knows of pictures, where its database is among the sources: names, times, numbers.

Source: AOSP, MediaProvider's `DatabaseHelper.java` (table `files`; `datetaken` in milliseconds, `date_modified` in
seconds, `mini_thumb_magic` until Android 9).
"""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.databases import number, opened, text
from phoneward.rescue.archive.problem import Problems

_MOST: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one picture.

    Attributes:
        name: its path on the phone, or its name.
        taken_ms: when it was taken, or changed; None where nothing says.
        magic: of its thumbnail; 0 where there was none.
    """

    name: str
    taken_ms: int | None
    magic: int


def known_pictures(path: Path, folder: Path) -> dict[int, Known]:
    """Return what a MediaStore's database knows, by the picture's number; nothing where it is something else.

    Args:
        path: of a database.
        folder: where it may be copied to for reading, if a log lies beside it.
    """
    found: dict[int, Known] = {}
    with contextlib.suppress(sqlite3.Error, OSError), opened(path, folder) as database:
        if not {"_id", "_data"} <= database.columns("files"):
            return found
        columns = ("_id", "_data", "_display_name", "datetaken", "date_modified", "mini_thumb_magic")
        for key, data, name, taken, modified, magic in database.rows("files", columns, "", Problems()):
            if not isinstance(key, int) or len(found) >= _MOST:
                continue
            seconds = number(modified)
            when = number(taken) or (seconds * 1000 if seconds else None)
            found[key] = Known(text(data) or text(name), when, number(magic) or 0)
    return found
