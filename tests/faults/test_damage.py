"""Any byte of any file flipped, cut off, grown, emptied, swapped: named, the rest restores, never wrong content.

What the vault holds is known file by file (`tests.faults.promises.content_of`): whatever comes out of a damaged vault
is exactly that, or an error in words.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from phoneward.errors import PhonewardError
from phoneward.snapshots import restore
from phoneward.vault import (
    DamagedError,
    FileId,
    FileType,
    KeyFileError,
    LockUnreadableError,
    RestoreReport,
    WrongPasswordError,
    check,
    load_snapshots,
    locks,
    open_repository,
)
from phoneward.vault.locks import read_locks
from tests.faults.disk import Image, MemoryDisk
from tests.faults.promises import PASSWORD, VAULT, Content, content_of, small_constants, storage_of
from tests.faults.scenarios import Workshop

MEMORY = "/phoneward-disk-in-memory"
FOLDERS = ("config", "keys", "snapshots", "index", "data", "locks")
SMALL = 700
"""Files of up to so many bytes have every byte flipped; larger ones some bytes, and all of the last so many."""
RESTORES = 40
"""Damaged vaults from which every snapshot is restored."""


@dataclass(frozen=True)
class Sound:
    """A vault without fault, a lock included."""

    image: Image
    contents: Mapping[FileId, Content]

    def files(self, folder: str) -> list[str]:
        """Return its files of one kind, by path."""
        start = f"{VAULT}/{folder}"
        return sorted(n for n, _c in self.image.files if n == start or n.startswith(start + "/"))

    def with_(self, changes: Mapping[str, bytes]) -> Image:
        """Return it with other content in some files."""
        kept = frozenset(file for file in self.image.files if file[0] not in changes)
        return Image(kept | frozenset(changes.items()), self.image.folders)

    def content(self, name: str) -> bytes:
        return dict(self.image.files)[name]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that cannot be read is read again after a moment, in case a network disk is late; here none is."""
    monkeypatch.setattr(locks, "_READ_ATTEMPTS", 1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sound]:
    with small_constants(pack_size=40_000, index_blobs=20):
        shop = Workshop(tmp_path_factory.mktemp("damage"))
        shop.init()
        for stage in range(2):
            shop.back_up(stage)
        with shop.open().lock(exclusive=False):
            image = shop.image()
        yield Sound(image, shop.contents)


def flips(content: bytes) -> list[int]:
    """Return which bytes to flip: all of a short file, and of a long one some, its end (a pack's header) densely."""
    if len(content) <= SMALL:
        return list(range(len(content)))
    return [*range(0, len(content), max(1, len(content) // 25)), *range(len(content) - 200, len(content), 9)]


def damages(content: bytes, other: bytes) -> dict[str, bytes]:
    """Return the other ways to damage a file; `other` is the content of another one of its kind."""
    return {
        "emptied": b"",
        "cut off by one": content[:-1],
        "cut in half": content[: len(content) // 2],
        "grown by one": content + b"\0",
        "grown by itself": content + content,
        "zeros": bytes(len(content)),
        **({"swapped": other} if other != content else {}),
    }


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :]


def is_named(image: Image, name: str) -> bool:
    """Tell whether the damage of a file is named, in words, by what a person would run; fails on wrong content."""
    storage = storage_of(MemoryDisk(MEMORY, image))
    short = name.removeprefix(f"{VAULT}/")
    wanted = short.rpartition("/")[2]
    kind = short.split("/")[0]
    try:
        repo = open_repository(storage, PASSWORD)
        if kind == "locks":
            list(read_locks(repo))
            return False
    except (KeyFileError, DamagedError, LockUnreadableError) as error:
        return wanted in error.sentence()
    except WrongPasswordError:
        return kind == "keys"
    except PhonewardError as error:
        return wanted in error.sentence()
    report = check(repo, read_data=kind == "data")
    return any(wanted in problem.file for problem in report.errors)


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_flipped_byte_is_named(sound: Sound, figure: Callable[[str], None], folder: str) -> None:
    count = 0
    unnamed = []
    for name in sound.files(folder):
        content = sound.content(name)
        for at in flips(content):
            count += 1
            if not is_named(sound.with_({name: flipped(content, at)}), name):
                unnamed.append((name, at))
    harmless = [(name, at) for name, at in unnamed if folder == "keys" and is_whole(sound, name, at)]
    figure(f"flipped bytes in {folder}: {count}, each named" + (f", but {len(harmless)} of no effect" * bool(harmless)))
    assert [item for item in unnamed if item not in harmless] == []
    assert count > 50


def is_whole(sound: Sound, name: str, at: int) -> bool:
    """Tell whether the vault with this byte flipped is as good as before: what a key file says of its maker."""
    storage = storage_of(MemoryDisk(MEMORY, sound.with_({name: flipped(sound.content(name), at)})))
    return check(open_repository(storage, PASSWORD), read_data=True).ok


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_other_damage_is_named(sound: Sound, folder: str) -> None:
    names = sound.files(folder)
    for number, name in enumerate(names):
        other = sound.content(names[number - 1])
        for what, content in damages(sound.content(name), other).items():
            assert is_named(sound.with_({name: content}), name), (name, what)


def restored(image: Image, snapshot: FileId, target: Path) -> tuple[RestoreReport, Content]:
    repo = open_repository(storage_of(MemoryDisk(MEMORY, image)), PASSWORD)
    repo.load_index()
    report = restore(repo, snapshot, target, durable=False)
    return report, content_of(target / "shared") if (target / "shared").is_dir() else {}


@pytest.mark.slow
def test_from_a_damaged_vault_comes_only_what_was_kept(
    sound: Sound, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    """A pack with a flipped byte: restore gives every other file whole, names the rest, and check names the same."""
    dice = random.Random(7)
    packs = sound.files("data")
    whole = lost = 0
    for number in range(RESTORES):
        name = packs[number % len(packs)]
        content = sound.content(name)
        image = sound.with_({name: flipped(content, dice.randrange(len(content)))})
        repo = open_repository(storage_of(MemoryDisk(MEMORY, image)), PASSWORD)
        named = {problem.path or b"" for problem in check(repo, read_data=True).lost}
        for snapshot in sound.contents:
            report, held = restored(image, snapshot, tmp_path / f"{number}-{snapshot[:8]}")
            for path, (mtime_ns, digest) in held.items():
                assert sound.contents[snapshot][path] == (mtime_ns, digest), (name, path)
            missing = set(sound.contents[snapshot]) - set(held)
            failed = {issue.path for issue in report.issues}
            for path in missing:
                above = {b"/shared/" + path, *(b"/shared/" + path[:at] for at, c in enumerate(path) if c == 47)}
                assert (above | {b"/shared", b"/"}) & failed, f"{path!r} is missing and nobody says so"
                assert (above | {b"/shared", b"/"}) & named, f"{path!r} is lost and check does not say so"
            whole, lost = whole + len(held), lost + len(missing)
    figure(f"restored from {RESTORES} vaults with a damaged pack: {whole} files whole, {lost} named as lost, 0 wrong")
    assert whole > lost > 0


def test_a_damaged_snapshot_does_not_hide_the_others(sound: Sound, tmp_path: Path) -> None:
    for name in sound.files("snapshots"):
        image = sound.with_({name: flipped(sound.content(name), 20)})
        repo = open_repository(storage_of(MemoryDisk(MEMORY, image)), PASSWORD)
        damaged: list[FileId] = []
        (other,) = load_snapshots(repo, on_damaged=lambda found, _error: damaged.append(found))  # noqa: B023
        assert damaged == [name.rpartition("/")[2]]
        assert other.id is not None
        report, held = restored(image, other.id, tmp_path / other.id)
        assert report.complete
        assert held == sound.contents[other.id]


def test_a_damaged_index_file_is_named(sound: Sound) -> None:
    name = sound.files("index")[0]
    image = sound.with_({name: b""})
    repo = open_repository(storage_of(MemoryDisk(MEMORY, image)), PASSWORD)
    with pytest.raises(DamagedError) as caught:
        repo.load_index()
    assert name.rpartition("/")[2] in caught.value.sentence()
    assert FileType.INDEX.value in caught.value.sentence()
