"""APKs read where they lie, on a phone or in a snapshot, say the same as the file itself; liars are found out."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward import phones, snapshots, vault
from phoneward.apk import open_app
from phoneward.apk.errors import ApkChangedError, ApkUnreadableError
from phoneward.snapshots.kept_apps import VaultSource
from phoneward.updates.found import FoundFile, Where
from phoneward.updates.opening_found import opener
from phoneward.updates.sources import PhoneSource, save_stream
from phoneward.vault import LocalStorage, Repository
from tests.apk.making import key, make_apk
from tests.vault.cheap import insecure_test_cost

CONTENT = bytes(number * 7 % 251 for number in range(700_000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "phone"
    top.mkdir()
    (top / "x.apk").write_bytes(CONTENT)
    return top


@pytest.fixture
def repo(folder: Path, tmp_path: Path) -> Repository:
    made = vault.init_repository(LocalStorage(tmp_path / "vault"), "secret", kdf=insecure_test_cost())
    with phones.open_folder(folder) as phone:
        snapshots.backup(phone, made, state_dir=tmp_path / "state")
    made.load_index()
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_piece_is_the_files_own(folder: Path, repo: Repository, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(CONTENT)))
    length = data.draw(st.integers(0, len(CONTENT) - offset))
    stored = VaultSource(snapshots.open_path(repo, "latest", b"/shared/x.apk"), "x.apk")
    with phones.open_folder(folder) as phone:
        there = PhoneSource(phone, b"/x.apk", len(CONTENT), "x.apk")
        for source in (stored, there):
            assert source.size == len(CONTENT)
            assert source.read_at(offset, length) == CONTENT[offset : offset + length]
            with pytest.raises(ValueError, match="bytes at"):
                source.read_at(offset, len(CONTENT) - offset + 1)


def test_a_phone_that_says_a_wrong_size_is_found_out(folder: Path, tmp_path: Path) -> None:
    path = b"/x.apk"
    with phones.open_folder(folder) as phone:
        longer = PhoneSource(phone, path, len(CONTENT) + 9, "x.apk")
        with pytest.raises(ApkChangedError):
            longer.read_at(len(CONTENT), 9)
        for wrong in (-9, 9):
            for stream in phone.read([path]):
                with pytest.raises(ApkChangedError):
                    save_stream(stream, len(CONTENT) + wrong, tmp_path / f"copy{wrong}", "x.apk")
        for stream in phone.read([path]):
            save_stream(stream, len(CONTENT), tmp_path / "copy", "x.apk")
    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    with phones.open_folder(folder) as phone:
        for stream in phone.read([path]):
            with pytest.raises(FileExistsError):
                save_stream(stream, len(CONTENT), tmp_path / "copy", "x.apk")


class Endless:
    """A file that a phone sends for ever."""

    path = b"/x.apk"
    sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.sent < 1_000:
            self.sent += 1
            yield bytes(10)


def test_a_file_without_end_is_not_copied_for_ever(tmp_path: Path) -> None:
    stream = Endless()
    with pytest.raises(ApkChangedError):
        save_stream(stream, 25, tmp_path / "copy", "x.apk")
    assert stream.sent == 3


def test_a_file_that_is_gone_is_said_to_be(folder: Path, tmp_path: Path) -> None:
    gone = b"/gone.apk"
    with phones.open_folder(folder) as phone:
        with pytest.raises(ApkUnreadableError):
            PhoneSource(phone, gone, 5, "gone.apk").read_at(0, 5)
        for stream in phone.read([gone]):
            with pytest.raises(ApkUnreadableError):
                save_stream(stream, 5, tmp_path / "copy", "gone.apk")


def test_an_app_is_verified_where_it_lies(folder: Path, tmp_path: Path) -> None:
    """The same app, in a snapshot and on a phone, has the signer that its file has."""
    app = make_apk("org.example.notes")
    (folder / "x.apk").write_bytes(app.read_bytes())
    repo = vault.init_repository(LocalStorage(tmp_path / "vault"), "secret", kdf=insecure_test_cost())
    with phones.open_folder(folder) as phone:
        snapshots.backup(phone, repo, state_dir=tmp_path / "state")
        repo.load_index()
        size = app.stat().st_size
        there = FoundFile(Where.PHONE, b"/x.apk", size, None)
        stored = FoundFile(Where.SNAPSHOT, b"/shared/x.apk", size, None)
        here = FoundFile(Where.COMPUTER, os.fsencode(app), size, None)
        openers = [
            (there, opener(phone=phone)),
            (there, opener(phone=phone, copy=True)),
            (stored, opener(repo, "latest")),
            (here, opener()),
        ]
        for file, opened in openers:
            with opened(file) as origin, open_app([origin]) as found:
                assert found.package == "org.example.notes"
                signing = found.apks[0].verify().signing
                assert signing is not None
                assert signing.sha256 == (key().sha256,)
    missing = FoundFile(Where.SNAPSHOT, b"/shared/none.apk", 1, None)
    with pytest.raises(ApkUnreadableError), opener(repo, "latest")(missing):
        raise AssertionError
    assert not list(Path(os.environ.get("TMPDIR", "/tmp")).glob("phoneward-*/found.apk"))
