"""A small store for tests: what it published, and what waits to go out."""

import shutil
from pathlib import Path

from tests.apk.making import ROLLBACK, Rotation, key, make_apk

OURS, THEIRS = key("first"), key("second")
NOTES = "org.example.notes"


def put(folder: Path, name: str, apk: Path) -> Path:
    """Copy an APK into a folder under a name."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(apk, folder / name))


def published(folder: Path) -> Path:
    """Versions that went out."""
    put(folder, "notes-1.apk", make_apk(NOTES, version_code=1, keys=(OURS,)))
    put(folder / "older", "chat-7.apk", make_apk("org.example.chat", version_code=7, keys=(OURS,)))
    put(folder, "maps-1.apk", make_apk("org.example.maps", version_code=1, keys=(OURS,)))
    put(folder, "old-3.apk", make_apk("org.example.old", version_code=3, min_sdk=21, keys=(OURS,)))
    return folder


def candidates(folder: Path) -> Path:
    """One that keeps, one of another signer, a rotation that old phones do not see, a new app, a damaged file."""
    put(folder, "notes-2.apk", make_apk(NOTES, version_code=2, keys=(OURS,)))
    put(folder, "chat-8.apk", make_apk("org.example.chat", version_code=8, keys=(THEIRS,)))
    rotation = Rotation((OURS, THEIRS), (23 | ROLLBACK,))
    maps = make_apk("org.example.maps", version_code=2, rotation=rotation, schemes=("v3",), min_sdk=28)
    put(folder, "maps-2.apk", maps)
    put(folder, "old-4.apk", make_apk("org.example.old", version_code=4, min_sdk=26, keys=(OURS,)))
    put(folder, "new-1.apk", make_apk("org.example.new", version_code=1, keys=(THEIRS,)))
    (folder / "damaged.apk").write_bytes(b"PK no app")
    return folder


def store_in(place: Path) -> Path:
    """A whole store: `published` and `candidates` in a folder."""
    published(place / "published")
    candidates(place / "candidates")
    return place
