"""What is begun is written down so that the next run knows, and says nothing to whoever steals the computer."""

import dataclasses
import datetime as dt
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.updates.installing import Begun, InstallNoteError, InstallRunningError, Installs, Step, has_begun
from phoneward.updates.installing.journal import NotedApk, decode_begun
from tests.snapshots.bench import Vault
from tests.updates.installing.facts import APP, NOW

DEVICE = "0123456789abcdef"
BEGUN = Begun(
    package=APP,
    name="Notes",
    step=Step.REMOVED,
    started=NOW,
    snapshot="a" * 64,
    old_version=1,
    old_uid=10125,
    old_first_installed_ns=5,
    old_code_path=b"/data/app/x",
    old_apks=[NotedApk("base.apk", 0, "ab" * 32)],
    new_version=2,
    new_apks=[NotedApk("base.apk", 5, "cd" * 32)],
    folder="copy-00",
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def test_the_next_run_reads_what_was_begun_and_forgets_it_when_it_is_settled(vault: Vault) -> None:
    with Installs(vault.state, vault.repo, DEVICE) as first:
        assert first.load() is None
        first.note(BEGUN)
        first.note(msgspec.structs.replace(BEGUN, step=Step.REMOVING))
        first.note(BEGUN)
    assert has_begun(vault.state, vault.reopen(), DEVICE) == BEGUN
    assert has_begun(vault.state, vault.repo, "f" * 16) is None
    with Installs(vault.state, vault.reopen(), DEVICE) as second:
        assert second.load() == BEGUN
        second.forget()
        second.forget()
    assert has_begun(vault.state, vault.repo, DEVICE) is None


def test_it_is_sealed_and_nobody_elses(vault: Vault) -> None:
    with Installs(vault.state, vault.repo, DEVICE) as installs:
        installs.note(BEGUN)
        (file,) = installs.folder.glob("*.begun")
    assert APP.encode() not in file.read_bytes()
    assert b"Notes" not in file.read_bytes()
    assert (file.stat().st_mode & 0o077, installs.folder.stat().st_mode & 0o077) == (0, 0)


def test_two_windows_do_not_install_on_one_phone_at_once(vault: Vault) -> None:
    with Installs(vault.state, vault.repo, DEVICE):
        with pytest.raises(InstallRunningError), Installs(vault.state, vault.repo, DEVICE):
            pass
        with Installs(vault.state, vault.repo, "f" * 16) as other:
            assert other.folder != Installs(vault.state, vault.repo, DEVICE).folder, "what one tidies is not another's"


def test_what_is_damaged_counts_as_none_and_what_cannot_be_written_stops(vault: Vault, tmp_path: Path) -> None:
    with Installs(vault.state, vault.repo, DEVICE) as installs:
        installs.note(BEGUN)
        (file,) = installs.folder.glob("*.begun")
        whole = file.read_bytes()
        for cut in (0, 1, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:cut])
            assert installs.load() is None
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert installs.load() is None
        file.unlink()
        file.mkdir()
        with pytest.raises(InstallNoteError):
            installs.note(BEGUN)
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(InstallNoteError), Installs(in_the_way, vault.repo, DEVICE):
        pass


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"started": dt.datetime(2026, 1, 1)},  # noqa: DTZ001 - a time without a zone is what is refused
        {"folder": "../elsewhere"},
        {"folder": "a/b"},
        {"new_apks": []},
        {"new_apks": [NotedApk("base.apk", 5, "zz" * 32)]},
        {"old_apks": [NotedApk("base.apk", 5, "ab")]},
        {"old_apks": [NotedApk("base.apk", 5, "ab" * 32)] * 1001},
    ],
)
def test_a_note_that_makes_no_sense_is_none(changes: dict[str, object]) -> None:
    assert decode_begun(msgspec.msgpack.encode(BEGUN)) == BEGUN
    with pytest.raises(ValueError, match=r"known here|no checksums|folder of ours"):
        decode_begun(msgspec.msgpack.encode(msgspec.structs.replace(BEGUN, **changes)))


@given(st.binary(max_size=300) | st.binary(max_size=40).map(lambda b: msgspec.msgpack.encode(BEGUN)[:-20] + b))
def test_any_bytes_are_a_note_or_a_value_error(data: bytes) -> None:
    try:
        found = decode_begun(data)
    except ValueError:
        return
    assert found.new_apks
    assert dataclasses.is_dataclass(found) is False
