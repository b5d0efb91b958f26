"""Phones that lie, contradict themselves or name what cannot be: a backup ends, keeps what it can, names the rest."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.phones import AppInventory, Entry, FileKind, InstalledApp, Obstacle, Unreadable, Volume, VolumeKind
from phoneward.snapshots import BackupResult, NothingReachableError, gap_sentence, streaming
from phoneward.snapshots.streaming import EndlessFileError, Incoming
from tests.snapshots.bench import Vault
from tests.snapshots.scripted import SHARED, Pieces, ScriptedPhone

TOP = b"/storage/emulated/0"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def reasons(result: BackupResult) -> dict[str, str]:
    assert result.coverage is not None
    return {gap.path: gap.reason for gap in result.coverage.gaps}


def test_the_bytes_received_count_not_what_the_phone_says(vault: Vault) -> None:
    phone = ScriptedPhone()
    phone.add(TOP + b"/less", b"12345", size=100)
    phone.add(TOP + b"/more", b"1234567890", size=3)
    phone.add(TOP + b"/nothing", b"", size=7)
    phone.add(TOP + b"/honest", b"abc")
    result = vault.backup(phone)
    assert reasons(result) == {
        "/storage/emulated/0/less": "torn",
        "/storage/emulated/0/more": "torn",
        "/storage/emulated/0/nothing": "torn",
    }
    restored = vault.restored_by_restic("latest") / "shared"
    assert {path.name: path.read_bytes() for path in restored.iterdir()} == {
        "less": b"12345", "more": b"1234567890", "nothing": b"", "honest": b"abc",
    }  # fmt: skip
    vault.check()
    again = ScriptedPhone(phone.entries, phone.content)
    vault.backup(again)
    assert set(again.asked) == {TOP + b"/less", TOP + b"/more", TOP + b"/nothing"}


def test_torn_files_are_read_again_even_when_their_times_look_settled(vault: Vault) -> None:
    path = TOP + b"/restless"
    phone = ScriptedPhone(restless=path)
    phone.add(path, b"12345", mtime_ns=1)
    seen = [Entry(path, FileKind.FILE, 5, 0o660, time_ns, time_ns) for time_ns in range(2, 9)]
    first = vault.backup(phone)
    assert reasons(first) == {"/storage/emulated/0/restless": "torn"}
    for entry in seen:  # whichever of these times the snapshot has
        settled = ScriptedPhone([entry], phone.content)
        assert vault.backup(settled, dry_run=True).stats.files_to_send == 1
    assert vault.backup(ScriptedPhone([seen[1]], phone.content)).complete
    assert vault.backup(ScriptedPhone([seen[1]], phone.content)).stats.files_sent == 0


@pytest.mark.parametrize("tail", [b"\0" * 2**20, os.urandom(2**20), b""], ids=["zeros", "noise", "nothing"])
def test_a_file_without_end_is_named_and_the_next_one_read(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, tail: bytes
) -> None:
    monkeypatch.setattr(streaming, "GROWTH_BYTES", 8 << 20)
    phone = ScriptedPhone(tails={TOP + b"/endless": Pieces(tail)})
    phone.add(TOP + b"/a", b"a")
    phone.add(TOP + b"/endless", b"beginning", size=1000)
    phone.add(TOP + b"/growing", b"x" * 100_000, size=1000)
    phone.add(TOP + b"/z", b"z")
    result = vault.backup(phone)
    assert reasons(result) == {"/storage/emulated/0/endless": "endless", "/storage/emulated/0/growing": "torn"}
    assert not result.complete
    assert result.stats.bytes_sent <= (8 << 20) + 1_000_000
    stored = sum(path.stat().st_size for path in vault.folder.rglob("*") if path.is_file())
    assert stored < (8 << 20) + 1_000_000
    restored = vault.restored_by_restic("latest") / "shared"
    assert {path.name for path in restored.iterdir()} == {"a", "growing", "z"}
    vault.check()
    assert gap_sentence("endless") != "endless"


def test_an_old_phone_that_counts_sizes_modulo_4_gib_loses_no_large_file(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "GROWTH_BYTES", 1 << 20)
    modulus, length = 4 << 20, (9 << 20) + 7
    phone = ScriptedPhone(size_modulus=modulus)
    phone.add(TOP + b"/film.mp4", b"x" * length, size=length % modulus)
    result = vault.backup(phone)
    assert (reasons(result), result.complete) == ({}, True)
    assert (vault.restored_by_restic("latest") / "shared" / "film.mp4").stat().st_size == length


def test_a_large_file_may_grow_by_an_eighth() -> None:
    size = 1 << 30
    for more, whole in ((size // 8, True), (size // 8 + 1, False)):
        incoming = Incoming(iter([b"x" * more]), size, size)
        try:
            list(incoming.segment(lambda _length: False))
        except EndlessFileError:
            assert not whole
        assert incoming.whole is whole


def test_contradictions_are_kept_as_far_as_possible_and_named(vault: Vault) -> None:
    phone = ScriptedPhone()
    phone.add(TOP + b"/both", b"as a file")
    phone.add_folder(TOP + b"/both")
    phone.add(TOP + b"/both/inside", b"inside")
    phone.add(TOP + b"/orphan/child", b"child")
    phone.add(TOP + b"/twice", b"twice", mtime_ns=10**18)
    phone.add(TOP + b"/twice", b"twice", mtime_ns=10**18 + 1)
    result = vault.backup(phone)
    assert reasons(result) == {
        "/storage/emulated/0/both": "contradiction",
        "/storage/emulated/0/orphan": "unlisted-folder",
    }
    restored = vault.restored_by_restic("latest") / "shared"
    assert (restored / "both/inside").read_bytes() == b"inside"
    assert (restored / "orphan/child").read_bytes() == b"child"
    assert (restored / "twice").read_bytes() == b"twice"


def test_names_that_lead_out_are_named_and_not_asked_for(vault: Vault) -> None:
    phone = ScriptedPhone()
    for name in (b"/../../../etc/passwd", b"/a\0b", b"//x", b"/./y"):
        phone.add(TOP + name, b"evil")
    phone.add(b"/etc/shadow", b"evil")
    phone.add(TOP + b"/good", b"good")
    result = vault.backup(phone)
    assert set(reasons(result).values()) == {"bad-name"}
    assert len(reasons(result)) == 5
    assert phone.asked == [TOP + b"/good"]


def test_volumes_that_cannot_be_are_named(vault: Vault) -> None:
    card = Volume(VolumeKind.CARD, "1A2B-3C4D", b"/storage/1A2B-3C4D", "Card")
    phone = ScriptedPhone(
        storage=[
            SHARED,
            Volume(VolumeKind.CARD, "../up", b"/storage/up"),
            card,
            replace(card, root=b"/storage/other"),
            Volume(VolumeKind.USER, "10", b"/storage/emulated/10", "Work profile", 10, Obstacle.LOCKED, 5000),
        ]
    )
    phone.add(b"/storage/1A2B-3C4D/photo", b"photo")
    result = vault.backup(phone)
    assert not result.complete
    assert result.coverage is not None
    states = {(row.area.value, row.name): (row.state.value, row.detail) for row in result.coverage.storages}
    assert states[("user", "10")] == ("out of reach", "locked")
    assert states[("card", "../up")] == ("out of reach", "bad-name")
    assert result.coverage.totals.out_of_reach_bytes == 5000
    assert (vault.restored_by_restic("latest") / "volumes/1A2B-3C4D/photo").read_bytes() == b"photo"


def test_no_reachable_storage_is_an_error_not_an_empty_snapshot(vault: Vault) -> None:
    with pytest.raises(NothingReachableError):
        vault.backup(ScriptedPhone(storage=[replace(SHARED, obstacle=Obstacle.LOCKED)]))
    assert vault.restic().snapshots() == []


def test_package_names_are_checked_before_they_become_paths(vault: Vault) -> None:
    apps = (
        InstalledApp("../../evil", 0, apk_paths=(b"/data/app/evil/base.apk",)),
        InstalledApp(
            "com.good", 0, apk_paths=(b"/data/app/good/base.apk", b"/data/app/good/..apk", b"/data/x/a b.apk")
        ),
    )
    phone = ScriptedPhone(inventory=AppInventory(apps))
    phone.add(b"/data/app/good/base.apk", b"apk")
    result = vault.backup(phone)
    assert set(reasons(result).values()) == {"bad-name"}
    restored = vault.restored_by_restic("latest")
    assert sorted(str(path.relative_to(restored)) for path in (restored / "packages").rglob("*")) == [
        "packages/com.good", "packages/com.good/base.apk",
    ]  # fmt: skip


def test_answers_that_stop_short_are_named(vault: Vault) -> None:
    phone = ScriptedPhone(answers=3)
    for number in range(5):
        phone.add(TOP + b"/%d" % number, b"x")
    result = vault.backup(phone)
    assert reasons(result) == {"/storage/emulated/0/3": "read-error", "/storage/emulated/0/4": "read-error"}


names = st.sampled_from([b"a", b"b", b"\xff", b"..", b"", b"x" * 300])
entries = st.lists(
    st.one_of(
        st.builds(
            Entry,
            st.lists(names, min_size=1, max_size=4).map(lambda parts: TOP + b"/" + b"/".join(parts)),
            st.sampled_from(list(FileKind)),
            st.integers(0, 2**40),
            st.integers(0, 0o7777),
            st.integers(-(2**65), 2**65),
            st.none() | st.integers(0, 2**65),
            st.none() | st.just(b"target"),
        ),
        st.builds(Unreadable, names.map(lambda name: TOP + b"/" + name), st.sampled_from(list(Obstacle)), st.text()),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries, st.dictionaries(names, st.binary(max_size=20)), st.integers(0, 2**40))
def test_whatever_it_lists_the_backup_ends_and_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, listed: list[Entry | Unreadable], content: dict[bytes, bytes], clock: int
) -> None:
    vault = Vault.make(tmp_path_factory.mktemp("hostile"))
    phone = ScriptedPhone(list(listed), {TOP + b"/" + name: data for name, data in content.items()}, clock_ns=clock)
    result = vault.backup(phone)
    assert result.coverage is not None
    vault.reopen()
    from phoneward.snapshots import coverage_of, list_path

    held = [entry for entry in list_path(vault.repo, "latest", b"/shared", recursive=True) if entry.node.type == "file"]
    assert coverage_of(vault.repo, "latest").storages[0].files >= len(held)
    assert {entry.path.rpartition(b"/")[2] for entry in held} <= set(content)
    vault.backup(phone)
