"""A copy of a person's picture that an app keeps."""

import datetime as dt
import enum
from dataclasses import dataclass

from phoneward.media import Verdict


class Cause(enum.StrEnum):
    """An ordinary cause of a copy, so that nobody is accused by a heuristic."""

    THUMBNAIL = "thumbnail"
    """A gallery or the system made a small picture for its overview."""
    SENT = "sent"
    """The person sent the picture in this app."""
    RECEIVED = "received"
    """The app had it first: the person's picture is a copy of what the app received."""
    EDITED = "edited"
    """An editor's working copy."""
    BACKED_UP = "backed-up"
    """An app the person backs their pictures up with."""
    UNKNOWN = "unknown"
    """No ordinary cause is known. That is no accusation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCopy:
    """A copy of one of the person's pictures among what an app keeps.

    Attributes:
        package: the app; empty where nobody can tell whose the folder is.
        path: the file that holds the copy, in the snapshot.
        inside: the way within that file, readable, outermost first; empty where the file is the picture.
        offset: where the picture begins there, bytes.
        sha256: of the copy's bytes, hex.
        size: of the copy, bytes.
        copied: when the file was last written, as the phone says; None where it does not, and where the file holds
            more than this picture (a database, a container), whose time says nothing of it.
        original: the person's picture, its path in the snapshot.
        original_sha256: hex.
        taken: when the person's picture was taken or written.
        verdict: what the two have in common, and at which size that was seen.
        cause: an ordinary cause, where one fits.
        since: the oldest snapshot's time in which the file already lay there with this content; None: only in this.
        is_thumbnail: it lies where thumbnails lie, or is as small as one.
        label: what the person said the original is of (`--sensitive`); empty where nothing.
        raw_path, raw_original: the two paths as the snapshot has them.
        taken_by: how `taken` is known: "exif", "name" (of the file), or "file" (when it was written).
    """

    package: str
    path: str
    inside: tuple[str, ...] = ()
    offset: int = 0
    sha256: str
    size: int
    copied: dt.datetime | None
    original: str
    original_sha256: str
    taken: dt.datetime | None
    verdict: Verdict
    cause: Cause = Cause.UNKNOWN
    since: dt.datetime | None = None
    is_thumbnail: bool = False
    label: str = ""
    raw_path: bytes = b""
    raw_original: bytes = b""
    taken_by: str = ""

    @property
    def gap(self) -> dt.timedelta | None:
        """How long after the picture was taken the copy was written; negative where it was there before."""
        return None if self.copied is None or self.taken is None else self.copied - self.taken
