"""One file that takes longer than a checkpoint: cut off in its middle, it goes on there and not at its start."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from phoneward.phones import FileReadError, FileStream, Obstacle, PhoneGoneError
from phoneward.phones.folder import FolderPhone
from phoneward.snapshots import BackupCutShortError, coverage_of, list_snapshots, sending
from phoneward.snapshots.compare import Moment
from phoneward.snapshots.journal import Journal, Part, Sent
from phoneward.vault import BlobType, LocalStorage, open_repository
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.phone.trees import tree_digest
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import PASSWORD, Vault, photograph, settle, write

EVERY = 8_000_000
SIZE = 60_000_000
SMALLER = 24_000_000
PIECE = 1 << 20
IN_FLIGHT = 6_000_000
"""A reset throws away what adb's server and the system's buffers held."""
LISTING = 300_000
Parts: TypeAlias = Sequence[tuple[bytes, Part]]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture(autouse=True)
def many_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CHECKPOINT_BYTES", EVERY)


class CutPhone(FolderPhone):
    """A folder whose connection breaks after so many bytes.

    Args:
        after: bytes until then; None: never.
        rests: whether the rest of a file can be read.
    """

    def __init__(self, path: Path, after: int | None = None, *, rests: bool = True) -> None:
        super().__init__(path)
        self.given = 0
        self.rests_asked: list[int] = []
        self._after = after
        self._rests = rests

    @property
    def bulk(self) -> None:
        return None  # pieces are counted

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:
        for stream in super().read(paths):
            yield _Cut(stream, self)

    def read_from(self, path: bytes, offset: int) -> FileStream:
        self.rests_asked.append(offset)
        if not self._rests:
            raise FileReadError(Obstacle.READ_ERROR, path="video", detail="no such thing")
        return _Cut(super().read_from(path, offset), self)

    def count(self, piece: bytes) -> None:
        if self._after is not None and self.given + len(piece) > self._after:
            raise PhoneGoneError(detail="pulled")
        self.given += len(piece)


class _Cut:
    def __init__(self, stream: FileStream, phone: CutPhone) -> None:
        self.path = stream.path
        self._stream = stream
        self._phone = phone

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._phone.count(piece)
            yield piece


def fill(folder: Path, size: int = SMALLER) -> Path:
    write(folder / "video.mp4", os.urandom(size))
    settle()
    return folder


def cut(vault: Vault, folder: Path, after: int) -> int:
    """Back up until the cable is pulled; returns the bytes that came over."""
    phone = CutPhone(folder, after)
    with pytest.raises(BackupCutShortError):
        vault.backup(phone)
    return phone.given


def assert_same(vault: Vault, folder: Path) -> None:
    assert photograph(vault.restored_by_restic("latest") / "shared") == photograph(folder)
    vault.check()


def test_the_rest_of_a_file_is_sent_and_no_more(vault: Vault, tmp_path: Path) -> None:
    folder = fill(tmp_path / "phone")
    first = cut(vault, folder, 11_000_000)
    assert list_snapshots(vault.reopen()) == [], "nothing came over whole"
    second = cut(vault, folder, 6_000_000)  # the beginnings of both runs are one
    assert second > 5_000_000
    plan = vault.backup(CutPhone(folder), dry_run=True)
    assert plan.stats.bytes_to_send == SMALLER - first - second
    phone = CutPhone(folder)
    result = vault.backup(phone)
    assert result.complete
    assert result.resumed
    assert phone.rests_asked == [first + second]
    assert phone.given == result.stats.bytes_sent == SMALLER - first - second
    assert (result.stats.bytes_resumed, result.stats.files_resumed) == (first + second, 0)
    assert not vault.journals
    assert_same(vault, folder)
    assert vault.backup(CutPhone(folder)).stats.files_sent == 0


def test_neighbours_and_what_is_still_to_come_are_counted(vault: Vault, tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    write(folder / "a.jpg", os.urandom(100_000))
    write(folder / "z.jpg", os.urandom(100_000))
    fill(folder)
    first = cut(vault, folder, 13_000_000)
    found = list_snapshots(vault.reopen())
    for partial in found:  # whatever came before the video
        coverage = coverage_of(vault.repo, partial.snapshot.id or "")
        assert coverage.waiting is not None
        assert coverage.waiting.bytes == SMALLER + 200_000 - first
    result = vault.backup(CutPhone(folder))
    assert result.stats.bytes_sent + result.stats.bytes_resumed == SMALLER + 200_000
    assert result.stats.bytes_resumed >= first - PIECE
    assert_same(vault, folder)


def test_a_file_that_changed_meanwhile_is_sent_whole(vault: Vault, tmp_path: Path) -> None:
    folder = fill(tmp_path / "phone")
    cut(vault, folder, 13_000_000)
    before = os.stat(folder / "video.mp4").st_mtime_ns
    write(folder / "video.mp4", os.urandom(SMALLER), before)  # same size, same time: only the change time tells
    settle()
    phone = CutPhone(folder)
    result = vault.backup(phone)
    assert (result.stats.bytes_sent, result.stats.bytes_resumed) == (SMALLER, 0)
    assert not result.resumed
    assert phone.rests_asked == []
    assert_same(vault, folder)


def test_a_file_changed_between_its_beginning_and_its_rest_is_sent_whole(vault: Vault, tmp_path: Path) -> None:
    """Changed after the listing of the second run: what the phone says afterwards gives it away."""
    folder = fill(tmp_path / "phone")
    cut(vault, folder, 13_000_000)

    class Meddled(CutPhone):
        def read_from(self, path: bytes, offset: int) -> FileStream:
            write(folder / "video.mp4", os.urandom(SMALLER))
            return super().read_from(path, offset)

    result = vault.backup(Meddled(folder))
    assert result.complete
    assert result.stats.bytes_sent > SMALLER
    assert_same(vault, folder)


def test_where_the_rest_cannot_be_read_the_whole_is(vault: Vault, tmp_path: Path) -> None:
    folder = fill(tmp_path / "phone")
    cut(vault, folder, 13_000_000)
    phone = CutPhone(folder, rests=False)
    result = vault.backup(phone)
    assert result.complete
    assert len(phone.rests_asked) == 1
    assert (result.stats.bytes_sent, result.stats.bytes_resumed) == (SMALLER, 0)
    assert not result.resumed
    assert_same(vault, folder)


def test_a_beginning_whose_blobs_are_gone_is_not_believed(vault: Vault, tmp_path: Path) -> None:
    folder = fill(tmp_path / "phone")
    cut(vault, folder, 13_000_000)
    index = vault.folder / "repo/index"
    next(index.iterdir()).unlink()
    phone = CutPhone(folder)
    assert vault.backup(phone).complete
    assert phone.rests_asked == []
    assert photograph(vault.restored_by_restic("latest") / "shared") == photograph(folder)


def test_a_part_is_noted_only_after_its_blobs_are_durable(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fill(tmp_path / "phone")
    content = (folder / "video.mp4").read_bytes()
    append, ends = Journal.append, [0]

    def checked(self: Journal, moment: Moment, folders: list[tuple[bytes, list[Sent]]], parts: Parts = ()) -> None:
        other = open_repository(LocalStorage(vault.folder / "repo"), PASSWORD)
        other.load_index()
        for _path, part in parts:
            assert part.start == ends[-1]
            ends.append(part.end)
            blobs = [part.ids[at : at + 32] for at in range(0, len(part.ids), 32)]
            held = b"".join(other.load_blob(BlobType.DATA, blob) for blob in blobs)  # type: ignore[arg-type]
            assert held == content[part.start : part.end]
        append(self, moment, folders, parts)

    monkeypatch.setattr(Journal, "append", checked)
    assert vault.backup(FolderPhone(folder)).complete
    assert len(ends) == 3
    assert all(EVERY <= end - start < EVERY + PIECE for start, end in itertools.pairwise(ends))


def test_time_makes_checkpoints_within_a_file_too(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CHECKPOINT_SECONDS", 0.0)
    folder = fill(tmp_path / "phone", 5 * PIECE)
    append = Journal.append
    ends: list[int] = []

    def noted(self: Journal, moment: Moment, folders: list[tuple[bytes, list[Sent]]], parts: Parts = ()) -> None:
        ends.extend(part.end for _path, part in parts)
        append(self, moment, folders, parts)

    monkeypatch.setattr(Journal, "append", noted)
    assert vault.backup(FolderPhone(folder)).complete
    assert ends == [PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE], "the last piece makes it whole"
    assert_same(vault, folder)


# -- over a real adb ---------------------------------------------------------------------------------------------------


def film(phone: TestPhone) -> None:
    phone.answer_with(state.State())
    trees.put(phone.storage, VIDEO, trees.content("video", SIZE))
    trees.give_to_phone(phone.storage)
    settle()


VIDEO = "DCIM/Camera/video.mp4"


def assert_same_as_phone(vault: Vault, phone: TestPhone) -> None:
    held = tree_digest(vault.restored_by_restic("latest") / "shared")
    assert {name: (d.kind, d.mtime_ns, d.content) for name, d in held.items()} == {
        name: (d.kind, d.mtime_ns, d.content) for name, d in tree_digest(phone.storage).items()
    }
    vault.check()


@pytest.mark.slow
@pytest.mark.parametrize("at", [12_000_000, 31_000_003, 55_000_000])
def test_a_pulled_cable_in_a_video(vault: Vault, phone: TestPhone, at: int) -> None:
    film(phone)
    phone.proxy.refuse(on=True)  # adb would connect again by itself, and a phone that answers was not pulled
    phone.proxy.cut("down", at)
    with pytest.raises(BackupCutShortError):
        vault.backup(adb_phone(phone))
    vault.check()
    phone.proxy.refuse(on=False)
    phone.connect()
    down = phone.proxy.status().down
    result = vault.backup(adb_phone(phone))
    again = at + phone.proxy.status().down - down - SIZE
    print(f"cut at {at}: {again} bytes of {SIZE} came twice")  # noqa: T201
    assert result.complete
    assert result.resumed
    assert again < IN_FLIGHT + LISTING
    assert again < EVERY + IN_FLIGHT
    assert_same_as_phone(vault, phone)


@pytest.mark.slow
@pytest.mark.parametrize("checkpoints", [1, 4])
def test_kill_minus_nine_in_a_video(vault: Vault, phone: TestPhone, checkpoints: int) -> None:
    film(phone)
    phone.proxy.pace("down", 20_000_000)
    start = phone.proxy.status().down
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.snapshots.killable", "adb", phone.serial, str(vault.folder), str(EVERY)],
        env={**phone.environment(), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _number in range(checkpoints):
        assert process.stdout.readline() == "durable\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    vault.restic().run("unlock")
    vault.check()
    assert list_snapshots(vault.reopen()) == []
    phone.proxy.pace("down", 0)
    result = vault.backup(adb_phone(phone))
    again = phone.proxy.status().down - start - SIZE
    print(f"killed after {checkpoints} checkpoints: {again} bytes of {SIZE} came twice")  # noqa: T201
    assert result.complete
    assert checkpoints * EVERY <= result.stats.bytes_resumed < (checkpoints + 2) * (EVERY + PIECE)
    assert again < EVERY + PIECE + IN_FLIGHT + LISTING
    assert_same_as_phone(vault, phone)
