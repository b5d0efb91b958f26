"""The newest screenshots of a phone: listed when asked, read when shown or picked, nothing else touched."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.cases.errors import ScreenshotGoneError, ScreenshotTooLargeError
from phoneward.cases.screens import MAX_BYTES, newest_screenshots, picked, read_screenshot
from phoneward.phones import Entry, FileKind, Obstacle, Unreadable, open_folder
from tests.snapshots.scripted import SHARED, ScriptedPhone

SHOTS = SHARED.root + b"/Pictures/Screenshots"


def phone_with(*names: bytes) -> ScriptedPhone:
    """A phone with screenshots, the last named the newest."""
    phone = ScriptedPhone()
    phone.add_folder(SHOTS)
    for number, name in enumerate(names):
        phone.add(SHOTS + b"/" + name, b"picture of " + name, mtime_ns=(1_700_000_000 + number) * 10**9)
    return phone


def test_the_newest_come_first_and_nothing_is_read() -> None:
    phone = phone_with(b"a.png", b"b.jpg", b"c.webp")
    found = newest_screenshots(phone, count=2)
    assert [shot.name for shot in found.shots] == ["c.webp", "b.jpg"]
    assert found.others == 1
    assert found.shots[0].taken == dt.datetime.fromtimestamp(1_700_000_002, dt.UTC)
    assert phone.asked == []


def test_what_is_no_screenshot_is_not_listed() -> None:
    phone = phone_with(b"notes.txt", b".nomedia", b".trashed-1-a.png", b"A.PNG")
    phone.entries.append(Entry(SHOTS + b"/link.png", FileKind.SYMLINK, 0, 0o777, 1, 1, b"/data/secret.png"))
    phone.add(SHARED.root + b"/DCIM/Camera/photo.jpg")
    assert [shot.name for shot in newest_screenshots(phone).shots] == ["A.PNG"]


def test_only_what_was_picked_is_read() -> None:
    phone = phone_with(b"a.png", b"b.png", b"c.png")
    shots = newest_screenshots(phone).shots
    (one,) = picked(shots, [2, 2, 9, 0, -1])
    assert read_screenshot(phone, one) == b"picture of b.png"
    assert phone.asked == [SHOTS + b"/b.png"]


def test_a_screenshot_that_is_gone_is_said() -> None:
    phone = phone_with(b"a.png")
    (shot,) = newest_screenshots(phone).shots
    phone.content.clear()
    with pytest.raises(ScreenshotGoneError, match=r"a\.png"):
        read_screenshot(phone, shot)


def test_a_picture_without_an_end_is_cut_off() -> None:
    phone = phone_with(b"a.png")
    phone.tails[SHOTS + b"/a.png"] = (bytes(1 << 20) for _ in range((MAX_BYTES >> 20) + 3))
    (shot,) = newest_screenshots(phone).shots
    with pytest.raises(ScreenshotTooLargeError):
        read_screenshot(phone, shot)


def test_a_folder_that_may_not_be_listed_is_named() -> None:
    phone = ScriptedPhone()
    phone.entries.append(Unreadable(SHOTS, Obstacle.DENIED))
    assert newest_screenshots(phone).refused == ("/storage/emulated/0/Pictures/Screenshots",)


def test_a_phone_without_screenshots_has_none() -> None:
    found = newest_screenshots(ScriptedPhone())
    assert (found.shots, found.others, found.refused) == ((), 0, ())


def test_a_copied_phone_is_looked_at_the_same_way(tmp_path: Path) -> None:
    """Screenshots of a folder phone come from its real folders."""
    folder = tmp_path / "DCIM" / "Screenshots"
    folder.mkdir(parents=True)
    (folder / "Screenshot_2026.png").write_bytes(b"\x89PNG")
    with open_folder(tmp_path) as phone:
        (shot,) = newest_screenshots(phone).shots
        assert read_screenshot(phone, shot) == b"\x89PNG"
