"""The checksums of a snapshot: GNU's own sha256sum makes them and checks them, whatever the names."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones import PhoneGoneError
from phoneward.phones.folder import FolderPhone
from phoneward.snapshots import BackupCutShortError, proofs, proofs_building, sums
from phoneward.snapshots.sums import SHARD_FILES, by_folder, digits_for, parse_sums, shard_names, shard_of, sums_line
from phoneward.snapshots.sums_stream import Load, RunningDigest
from tests.snapshots.bench import Vault, settle, write
from tests.snapshots.scripted import ScriptedPhone, Stream

NAMES = [b"plain", b"two  words", b"new\nline", b"back\\slash", b"tr\r", b"\xff\xfe", b"*star", b" lead", b"\\n", b"-c"]

names = st.binary(min_size=1, max_size=30).map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def checked(folder: Path) -> "subprocess.CompletedProcess[bytes]":
    """What GNU sha256sum says of a restored snapshot."""
    command = (
        "cat SHA256SUMS/* | sha256sum -c --strict --quiet && for s in SHA256SUMS/*; do sha256sum -c --quiet $s; done"
    )
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, check=False)


def lines_of(folder: Path) -> list[bytes]:
    return sorted(b"".join(shard.read_bytes() for shard in (folder / "SHA256SUMS").iterdir()).splitlines())


def independent(folder: Path) -> list[bytes]:
    """Every file of a restored snapshot but the sums, by find and sha256sum."""
    command = "find . -type f -not -path './SHA256SUMS/*' -printf '%P\\0' | xargs -0 sha256sum"
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, check=True)
    return sorted(done.stdout.splitlines())


def fill(phone: Path, folders: int = 12, files: int = 5) -> None:
    for number in range(folders):
        for file in range(files):
            write(phone / f"d{number}/f{file}", f"{number} {file}".encode())
    for name in NAMES:
        write(os.path.join(os.fsencode(phone), b"od\nd", name), b"of " + name)
    write(phone / "empty", b"")
    write(phone / "several blobs", os.urandom(4_000_000))


@given(names)
def test_lines_are_those_of_sha256sum(name: bytes) -> None:
    digest = bytes(range(32))
    line = sums_line(digest, b"/top/" + name)
    assert line.count(b"\n") == 1
    assert list(by_folder(parse_sums(line))) == [(b"/top", name, digest)]


@given(st.binary())
def test_whatever_stands_there_is_read_or_refused(text: bytes) -> None:
    try:
        for path, digest in parse_sums(text):
            assert path.startswith(b"/")
            assert len(digest) == 32
    except ValueError:
        pass


@given(st.lists(st.tuples(st.binary(min_size=32, max_size=32), names), max_size=20))
def test_what_is_written_is_read(rows: list[tuple[bytes, bytes]]) -> None:
    text = b"".join(sums_line(digest, b"/" + name) for digest, name in rows)
    assert list(parse_sums(text)) == [(b"/" + name, digest) for digest, name in rows]


def test_how_many_shards() -> None:
    assert [digits_for(count) for count in (0, SHARD_FILES, SHARD_FILES + 1, 200_000, 1_000_000)] == [0, 0, 1, 2, 2]
    assert digits_for(SHARD_FILES + 1, 0) == 0, "no other shards for a few files more"
    assert digits_for(3 * SHARD_FILES, 0) == 1
    assert digits_for(SHARD_FILES, 1) == 1
    assert digits_for(10, 3) == 0
    assert len(shard_names(2)) == 256
    assert shard_of(b"/shared/DCIM", 2) in shard_names(2)


def test_sha256sum_finds_every_file_and_nothing_wrong(vault: Vault, tmp_path: Path) -> None:
    fill(tmp_path / "phone")
    vault.backup(FolderPhone(tmp_path / "phone"))
    restored = vault.restored_by_restic("latest")
    done = checked(restored)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert lines_of(restored) == independent(restored)
    with (restored / "shared/several blobs").open("r+b") as stream:
        stream.seek(3_000_000)
        stream.write(b"\0" * 8)
    assert b"several blobs: FAILED" in checked(restored).stdout


@pytest.fixture
def many_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen shards for a few files."""
    monkeypatch.setattr(sums, "SHARD_FILES", 8)


@pytest.mark.usefixtures("many_shards")
def test_a_change_in_one_folder_renews_one_shard(vault: Vault, tmp_path: Path) -> None:
    phone = tmp_path / "phone"
    fill(phone)
    settle()
    vault.backup(FolderPhone(phone))
    before = vault.restored_by_restic("latest") / "SHA256SUMS"
    assert 5 < len(list(before.iterdir())) <= 17, "no file for a shard without lines, which sha256sum would refuse"
    assert vault.backup(FolderPhone(phone)).stats.data_blobs == 0
    write(phone / "d3/new", b"new")
    vault.backup(FolderPhone(phone))
    restored = vault.restored_by_restic("latest")
    after = restored / "SHA256SUMS"
    changed = {s.name for s in after.iterdir() if s.read_bytes() != (before / s.name).read_bytes()}
    assert changed == {shard_of(b"/shared/d3", 1).decode(), "documents"}
    assert lines_of(restored) == independent(restored)


@pytest.mark.usefixtures("many_shards")
def test_nothing_changed_takes_all_shards_over(vault: Vault, tmp_path: Path) -> None:
    fill(tmp_path / "phone")
    settle()
    vault.backup(FolderPhone(tmp_path / "phone"))
    written: list[bytes] = []
    put = proofs_building._Shard.put

    def counted(self: proofs_building._Shard, writer: proofs_building.Writer) -> proofs_building._Put:
        written.append(self.name)
        return put(self, writer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proofs_building._Shard, "put", counted)
        result = vault.backup(FolderPhone(tmp_path / "phone"))
    assert len(written) <= 1, "the shard of the sample"
    assert result.stats.data_blobs == 0
    restored = vault.restored_by_restic("latest")
    assert lines_of(restored) == independent(restored)


@pytest.mark.usefixtures("many_shards")
def test_folders_that_are_gone_or_moved_leave_no_lines(vault: Vault, tmp_path: Path) -> None:
    phone = tmp_path / "phone"
    fill(phone)
    write(phone / "deep/er/still/file", b"deep")
    settle()
    vault.backup(FolderPhone(phone))
    (phone / "deep").rename(phone / "moved")
    (phone / "d1/f1").unlink()
    for file in (phone / "d2").iterdir():
        file.unlink()
    (phone / "d2").rmdir()
    write(phone / "d2", b"a file now")
    vault.backup(FolderPhone(phone))
    restored = vault.restored_by_restic("latest")
    assert lines_of(restored) == independent(restored)
    assert checked(restored).returncode == 0


def test_a_snapshot_of_before_has_no_sums_and_the_next_has_all(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "phone")
    settle()
    vault.backup(FolderPhone(tmp_path / "phone"))
    monkeypatch.setattr(proofs.StoredProofs, "of", lambda *_args: None)
    second = vault.backup(FolderPhone(tmp_path / "phone"))
    assert second.stats.files_sent == 0
    restored = vault.restored_by_restic("latest")
    assert lines_of(restored) == independent(restored)
    assert second.coverage is not None
    assert second.coverage.levels is not None
    assert second.coverage.levels.stored == second.stats.files_listed


def test_a_shard_that_cannot_be_read_is_made_again(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "phone")
    settle()
    vault.backup(FolderPhone(tmp_path / "phone"))
    monkeypatch.setattr(proofs.StoredProofs, "shard", lambda *_args: None)
    write(tmp_path / "phone/d3/new", b"new")
    vault.backup(FolderPhone(tmp_path / "phone"))
    restored = vault.restored_by_restic("latest")
    assert lines_of(restored) == independent(restored)


def gone() -> Iterator[bytes]:
    raise PhoneGoneError(detail="pulled")
    yield b""


def test_a_file_that_goes_on_in_its_middle_has_the_sum_of_all_of_it(vault: Vault) -> None:
    path, content = b"/storage/emulated/0/film", os.urandom(9_000_000)
    phone = ScriptedPhone()
    phone.add(path, content[:6_000_000], size=len(content))
    phone.tails[path] = gone()
    with pytest.raises(BackupCutShortError):
        vault.backup(phone)
    phone.content[path] = content
    phone.tails.clear()
    asked: list[int] = []
    whole, read_from = RunningDigest.begin_with, phone.read_from

    def noted(path: bytes, offset: int) -> Stream:
        asked.append(offset)
        return read_from(path, offset)

    def begun_with(digest: RunningDigest, load: Load) -> None:
        asked.append(-1)
        whole(digest, load)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phone, "read_from", noted)
        patch.setattr(RunningDigest, "begin_with", begun_with)
        assert vault.backup(phone).resumed
    assert asked == [6_000_000, -1], "the beginning is hashed from the vault, the rest on its way"
    restored = vault.restored_by_restic("latest")
    assert lines_of(restored) == independent(restored)
