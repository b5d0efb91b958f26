"""What the page about recordings holds: what the last one showed, and the work of looking into one."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from phoneward import watch
from phoneward.errors import readable
from phoneward.progress import Listener, Notice
from phoneward.snapshots import Asking, SnapshotInfo
from phoneward.texts import _, words
from phoneward.watch import CaptureResult, OwnPicture
from phoneward.web.errors import NoFileThereError, SnapshotGoneError
from phoneward.web.jobs import Again, Job, Kind, Outcome
from phoneward.web.numbers import newest_of_phones
from phoneward.web.watch import WATCH

if TYPE_CHECKING:
    from phoneward.web.context import WebContext
    from phoneward.web.library import Opened

CAPTURE: Final = f"{WATCH}/capture"
PATIENCE_S: Final = 1.5
"""So long the form waits, so that what a small recording shows is there at once."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was looked into.

    Attributes:
        file: it.
        command: what does the same on the command line.
        info: the snapshot whose pictures were looked for.
        phone: what the person calls its phone.
        looked: when.
        paths: the path in the snapshot of each picture that was sent, raw bytes, by the name that `result` has for it.
    """

    file: Path
    command: tuple[str, ...]
    info: SnapshotInfo
    phone: str
    looked: dt.datetime
    result: CaptureResult
    paths: Mapping[str, bytes]


def phones_of(opened: "Opened") -> list[SnapshotInfo]:
    """Return the newest snapshot of each phone, the newest of all first."""
    return newest_of_phones(reversed(opened.listed.infos))


def typed_file(typed: str) -> Path:
    """Return a file of this computer that a person named; `~` is their home.

    Raises:
        NoFileThereError: it does not begin at a disk, is not there, or is no file that has an end (a pipe, a device).
    """
    try:
        path = Path(typed).expanduser()
    except RuntimeError:  # ~somebody whom the system does not know
        path = Path(typed)
    if not path.is_absolute() or not os.path.isfile(path):
        example = readable(str(Path.home() / "Downloads" / "phone.pcap"))
        raise NoFileThereError(path=readable(typed)[:300] or "–", example=example)
    return path


def begin(context: "WebContext", device: str, file: Path, keys: Path | None) -> tuple[Job, bool]:
    """Begin to look into a recording; return the job, and whether it is new: one is looked into at a time.

    Args:
        context: the server's state.
        device: the id of the phone whose pictures are looked for; empty for the one with the newest snapshot.
        file: the recording.
        keys: TLS keys beside a pcap.
    """
    with context.library.open() as opened:
        newest = phones_of(opened)
        info = next((one for one in newest if not device or one.device == device), None)
        if info is None:
            raise SnapshotGoneError
        infos, state, phone = list(reversed(opened.listed.infos)), opened.state, opened.phone(info)
    snapshot = () if info is newest[0] else ("--snapshot", (info.snapshot.id or "")[:8])
    key_logs = () if keys is None else (keys,)
    command = ("phoneward", "watch", "capture", str(file), *(("--keys", str(keys)) if keys else ()), *snapshot)

    def work(listener: Listener) -> Outcome:
        damaged: list[bytes] = []

        def on_damaged(path: bytes) -> None:
            damaged.append(path)
            listener(Notice(None, _("The folder {path} in the snapshot is damaged.").format(path=readable(path))))

        now = dt.datetime.now(dt.UTC)
        with context.door.own() as repo:
            asking = Asking(repo, info, infos, now, context.settings.cache_dir, listener, state=state)
            pictures = list(watch.pictures_in_snapshot(asking, on_damaged=on_damaged))
            result = watch.look_into_capture(file, pictures, key_logs=key_logs, listener=listener)
        found = Recording(file, command, info, phone, now, result, _paths(result, pictures))
        context.answers.put(CAPTURE, found)
        return Outcome(
            watch.capture_verdict(result),
            (watch.not_seen_sentence(),),
            words("See what the recording shows"),
            CAPTURE,
            is_incomplete=bool(damaged or result.unread.is_damaged or result.uncompared),
        )

    fields = {"device": device, "file": str(file), "keys": str(keys or "")}
    again = Again(words("Look into it again"), CAPTURE, fields, CAPTURE)
    job, is_new = context.jobs.start(Kind(words("Looking into a recording"), command, again=again), CAPTURE, work)
    return job, is_new


def _paths(result: CaptureResult, pictures: list[OwnPicture]) -> dict[str, bytes]:
    sent = {upload.image for upload in (*result.uploads, *result.perhaps)}
    return {picture.name: picture.path for picture in pictures if picture.name in sent}
