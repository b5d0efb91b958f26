"""Where iPhone backups lie on a Mac and on Windows, and what is said of each."""

from pathlib import Path

from phoneward.phones.iosbackup.found import backups_here, places
from tests.phones.iosbackup.test_reading import small
from tests.phones.iosbackup.writer import MADE, PASSWORD


def test_the_usual_places() -> None:
    home = Path("/home/mia")
    assert places("darwin", home, {}) == [home / "Library/Application Support/MobileSync/Backup"]
    windows = {"APPDATA": "/home/mia/AppData/Roaming", "USERPROFILE": "/home/mia"}
    found = places("win32", home, windows)
    assert Path("/home/mia/AppData/Roaming/Apple Computer/MobileSync/Backup") in found
    assert Path("/home/mia/Apple/MobileSync/Backup") in found
    assert places("win32", home, {}) == []
    assert places("linux", home, windows) == []


def test_what_is_said_of_each(tmp_path: Path) -> None:
    small(tmp_path / "a").finish()
    small(tmp_path / "b", PASSWORD).finish()
    unfinished = small(tmp_path / "c")
    unfinished.status["SnapshotState"] = "uploading"
    unfinished.finish()
    (tmp_path / "no backup").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    found = {one.path.name: one for one in backups_here([tmp_path, tmp_path / "not there"])}
    assert set(found) == {"a", "b", "c"}
    assert (found["a"].name, found["a"].ios, found["a"].made, found["a"].is_encrypted) == (
        "Mia’s iPhone",
        "17.4",
        MADE,
        False,
    )
    assert found["b"].is_encrypted is True
    assert "never finished" in found["c"].trouble
