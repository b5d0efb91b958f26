"""Made-up phones that hold pictures and copies of them, in a real vault."""

import datetime as dt
import functools
import io
from pathlib import Path
from typing import Any

from PIL import Image

from phoneward.snapshots import Asking, list_snapshots
from phoneward.vault import Repository, Snapshot
from tests.media import corpus
from tests.media.corpus import CorpusPicture
from tests.snapshots.catalogue.histories import DAY_NS, START_NS, File, Tree, put_snapshot

TAKEN = dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC)
"""When the phones' screenshots were taken, but for their number of minutes."""
SECOND = 10**9
MINUTE = 60 * SECOND


@functools.cache
def screens() -> tuple[CorpusPicture, ...]:
    """Return screens of different families."""
    families: dict[str, CorpusPicture] = {}
    for one in corpus.pictures():
        if one.is_screen:
            families.setdefault(one.family, one)
    return tuple(families.values())


def jpeg(data: bytes, *, quality: int = 70, width: int | None = None, crop: float = 0.0) -> bytes:
    """Return a picture saved anew, smaller where a width is named, its top cut off by a share."""
    with Image.open(io.BytesIO(data)) as picture:
        changed = picture.convert("RGB")
    if crop:
        changed = changed.crop((0, round(changed.height * crop), changed.width, changed.height))
    if width is not None:
        changed = changed.resize((width, round(changed.height * width / changed.width)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    changed.save(file, "JPEG", quality=quality)
    return file.getvalue()


def tree(files: dict[str, File]) -> Tree:
    """Return files by their paths as a tree."""
    root: Tree = {}
    for path, file in files.items():
        *folders, name = path.encode("utf-8", "surrogateescape").strip(b"/").split(b"/")
        folder = root
        for one in folders:
            folder = folder.setdefault(one, {})
        folder[name] = file
    return root


def at(minutes: float = 0, seconds: float = 0) -> int:
    """Return a file's time: so long after `TAKEN`."""
    return START_NS + int(minutes * MINUTE + seconds * SECOND)


def shot(number: int) -> str:
    """Return the path of a screenshot of the owner's, taken in the phone's zone (UTC+8) so many minutes after."""
    local = TAKEN + dt.timedelta(hours=8, minutes=number)
    return f"shared/Pictures/Screenshots/Screenshot_{local:%Y%m%d-%H%M%S}.png"


def put(repo: Repository, files: dict[str, File], day: int = 0, **more: Any) -> Snapshot:
    """Store a snapshot of a phone that holds these files."""
    return put_snapshot(repo, tree(files), day=day, **more)


def asking(repo: Repository, cache: Path | None = None, **more: Any) -> Asking:
    """Return what asks about the newest snapshot."""
    every = list_snapshots(repo)
    newest = max(
        (one for one in every if one.of_phone and not one.partial), key=lambda one: one.snapshot.time_ns, default=None
    )
    return Asking(repo, newest, every, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), cache, **more)


def days(count: float) -> dt.datetime:
    """Return the time of the snapshot of a day."""
    return dt.datetime.fromtimestamp((START_NS + count * DAY_NS) / 10**9, dt.UTC)
