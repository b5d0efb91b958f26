"""The sample phone looks like a phone, and a day changes what it says."""

import datetime as dt
import hashlib
import os
from pathlib import Path

from phoneward.demo import sample


def content(folder: Path) -> dict[bytes, str]:
    found = {}
    root = os.fsencode(folder)
    for above, _folders, names in os.walk(root):
        for name in names:
            path = os.path.join(above, name)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, root)] = hashlib.sha256(stream.read()).hexdigest()
    return found


def test_what_is_on_it(tmp_path: Path) -> None:
    count = sample.fill(os.fsencode(tmp_path))
    found = content(tmp_path)
    assert len(found) == count > 60
    assert sample.CHAT_BACKUP in found
    assert "Pictures/全家福/外婆最后的照片.jpg".encode() in found
    assert b"Download/two\nlines.txt" in found
    assert b"Download/\xff\xfe not UTF-8.bin" in found
    assert sum(path.stat().st_size for path in tmp_path.rglob("*")) > 15_000_000


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        sample.fill(os.fsencode(tmp_path / name))
    assert content(tmp_path / "a") == content(tmp_path / "b")
    one, other = (next(iter(sorted((tmp_path / name).rglob("*.jpg")))).stat().st_mtime_ns for name in ("a", "b"))
    assert one == other


def test_what_carries_a_day_in_its_name_is_of_that_day(tmp_path: Path) -> None:
    """The copied screenshot's name and times tell one story: taken that day, copied seconds later."""
    sample.fill(os.fsencode(tmp_path))
    taken, copied = (
        dt.datetime.fromtimestamp(os.stat(os.path.join(os.fsencode(tmp_path), path)).st_mtime, dt.UTC)
        for path in (sample.SCREENSHOT, sample.COPY)
    )
    assert f"{taken:%Y-%m-%d}".encode() in sample.SCREENSHOT
    assert dt.timedelta(seconds=1) < copied - taken < dt.timedelta(minutes=1)
    for photo in tmp_path.glob("DCIM/Camera/IMG_*.jpg"):
        assert f"{dt.datetime.fromtimestamp(photo.stat().st_mtime, dt.UTC):%Y%m%d}" in photo.name


def test_a_day(tmp_path: Path) -> None:
    sample.fill(os.fsencode(tmp_path))
    before = content(tmp_path)
    changes = sample.live_a_day(os.fsencode(tmp_path))
    after = content(tmp_path)
    assert set(after) - set(before) == set(changes.added)
    assert set(before) - set(after) == set(changes.deleted)
    assert {path for path in before.keys() & after.keys() if before[path] != after[path]} == set(changes.edited)
    assert changes.new_bytes < 1_000_000


def test_a_name_the_file_system_cannot_hold_is_left_out(tmp_path: Path) -> None:
    assert not sample.write(os.fsencode(tmp_path), b"x" * 300, b"")
    assert os.listdir(tmp_path) == []
