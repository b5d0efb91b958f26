"""What looking through a snapshot for copies of a person's pictures found: what `scan` and `kept_scan` return."""

import datetime as dt
from dataclasses import dataclass

from phoneward.texts import Words
from phoneward.watch.copies import AppCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A snapshot was looked through.

    Attributes:
        snapshot: its full ID.
        device: the phone's id.
        taken: when the snapshot was taken.
        looked: when it was looked through.
        own: the person's own pictures that were compared.
        files: files of apps that were looked into.
        pictures: pictures that were found in them.
        is_by_bytes: only the very same bytes were looked for, since the parts that compare pictures are missing.
        copies: what was found; the newest copy first.
        not_looked_at: what could not be looked at, and why, one sentence each.
        damaged: files and folders that are damaged in the vault.
    """

    snapshot: str
    device: str
    taken: dt.datetime
    looked: dt.datetime
    own: int
    files: int
    pictures: int
    is_by_bytes: bool = False
    copies: tuple[AppCopy, ...] = ()
    not_looked_at: tuple[Words, ...] = ()
    damaged: int = 0
