"""Pictures never rest unencrypted: not in the vault, the caches or temporary files, not even while it works."""

import shutil
import tempfile
import threading
from pathlib import Path

import pytest

from phoneward.watch import kept_scan, scan
from tests.snapshots.catalogue.histories import File, new_repository
from tests.watch.scanning.phones import asking, at, jpeg, put, screens, shot

BANK = "shared/Android/data/com.example.bank"
MAGICS = (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"JFIF\0", b"IHDR", b"WEBPVP8")
WORDS = (b"com.example.bank", b"Screenshot_")


class Watcher(threading.Thread):
    """Looks at every file below a folder, again and again, while the work goes on."""

    def __init__(self, folder: Path, parts: tuple[bytes, ...]) -> None:
        super().__init__(daemon=True)
        self.folder, self.parts = folder, parts
        self.looks = 0
        self.leaks: set[str] = set()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            self.look()

    def look(self) -> None:
        self.looks += 1
        for path in self.folder.rglob("*"):
            try:
                data = path.read_bytes() if path.is_file() else b""
            except OSError:
                continue
            self.leaks |= {f"{path}: {part[:8]!r}" for part in self.parts if part in data}


def test_nothing_of_a_picture_is_written_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything written below the vault, the cache and the folder for temporary files is searched for pictures."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    one, two = screens()[0].data, screens()[1].data
    copies = [one, jpeg(one), jpeg(two, width=540), jpeg(two, crop=0.1)]
    pieces = tuple(data[at : at + 24] for data in copies for at in range(1_000, len(data), 9_000))
    watcher = Watcher(tmp_path, MAGICS + WORDS + pieces)
    watcher.start()
    repo = new_repository(tmp_path / "vault")
    files = {f"{BANK}/{number}": File(data, at(number)) for number, data in enumerate(copies)}
    put(repo, {shot(0): File(one, at()), shot(1): File(two, at(1)), **files})
    cache = tmp_path / "cache"
    scanned = scan(asking(repo, cache))
    watcher.done.set()
    watcher.join()
    watcher.look()
    assert len(scanned.copies) == 4
    assert kept_scan(asking(repo, cache)) == scanned
    assert watcher.looks > 2
    assert sum(path.is_file() for path in cache.rglob("*")) >= 4
    assert watcher.leaks == set()


def test_the_caches_serve_no_other_vault(tmp_path: Path) -> None:
    """Another vault's key opens nothing; a cache that was tampered with costs another look and no more."""
    repo, cache = new_repository(tmp_path / "vault"), tmp_path / "cache"
    put(repo, {shot(0): File(screens()[0].data, at()), f"{BANK}/a": File(jpeg(screens()[0].data), at(1))})
    scanned = scan(asking(repo, cache))
    other = new_repository(tmp_path / "other")
    put(other, {shot(0): File(screens()[0].data, at())})
    assert kept_scan(asking(other, cache)) is None
    for path in [path for path in cache.rglob("*") if path.is_file()]:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert kept_scan(asking(repo, cache)) is None
    assert scan(asking(repo, cache)) == scanned
    shutil.rmtree(cache)
    assert scan(asking(repo, cache)) == scanned
