"""Proofs of each file: their form, what is believed of it, and proofs that came after the snapshot."""

import datetime as dt
import hashlib
import os
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.folder import FolderPhone
from phoneward.snapshots import (
    Compared,
    ProofLevel,
    ProofLookup,
    find,
    list_snapshots,
    prove_restored,
    restore,
)
from phoneward.snapshots.parents import find_parent
from phoneward.snapshots.proofs import MISMATCH, Proven, ShardText, decode_index, parse_proofs
from phoneward.snapshots.proofs_later import LaterProof, decode_proof, named
from phoneward.vault import FileId
from tests.snapshots.bench import Vault, settle, write

rows = st.lists(
    st.builds(
        Proven,
        st.just(b"name"),
        st.binary(min_size=32, max_size=32),
        st.integers(0, 3),
        st.integers(0, 3),
        st.sampled_from(["", MISMATCH]),
    ),
    max_size=40,
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@given(rows)
def test_runs_are_read_as_they_were_written(written: list[Proven]) -> None:
    shard = ShardText(b"a7")
    for row in written:
        shard.add(row)
    sums = b"whatever"
    text = shard.text(hashlib.sha256(sums).hexdigest())
    assert list(parse_proofs(text, sums)) == [(row.stored, row.matched, row.note) for row in written]
    summary = shard.summary(9)
    assert (summary.files, summary.matched) == (len(written), sum(bool(row.matched) for row in written))
    with pytest.raises(ValueError, match="other files"):
        list(parse_proofs(text, b"others"))


@given(st.binary())
def test_whatever_stands_there_is_read_or_refused(data: bytes) -> None:
    head = msgspec.json.encode({"format": 1, "sums": hashlib.sha256(b"").hexdigest(), "files": 3})
    for text in (data, head + b"\n" + data):
        try:
            assert len(list(parse_proofs(text, b""))) == 3
        except ValueError:
            continue
    for decode in (decode_index, decode_proof):
        with pytest.raises(ValueError):  # noqa: PT011 - any: whatever is wrong with it
            decode(data)


def test_a_count_that_cannot_be_is_refused_at_once() -> None:
    head = msgspec.json.encode({"format": 1, "sums": hashlib.sha256(b"").hexdigest(), "files": 2})
    with pytest.raises(ValueError, match="not a run"):
        list(parse_proofs(head + b"\n999999999\t1\t-\t-\n", b""))


@given(st.binary(max_size=20))
def test_paths_survive_a_document(path: bytes) -> None:
    assert named(path).raw == path


def restored(vault: Vault, **options: object) -> tuple[Compared, FileId | None]:
    target = vault.folder / "out"
    repo = vault.reopen()
    with repo.lock(exclusive=False) as lock:
        restore(repo, "latest", target, durable=False)
        include = options.get("include", ())
        assert isinstance(include, tuple)
        return prove_restored(repo, "latest", target, lock, include=include)


def fill(vault: Vault) -> FolderPhone:
    phone = vault.folder / "phone"
    for number in range(9):
        write(phone / f"d{number}/f", b"content %d" % number)
    write(phone / "big", os.urandom(3_000_000))
    write(os.path.join(os.fsencode(phone), b"odd\n\xff"), b"odd")
    settle()
    return FolderPhone(phone)


def level(vault: Vault, path: bytes) -> ProofLevel:
    repo = vault.reopen()
    found = ProofLookup(repo, find(repo, "latest")).of(path)
    assert found is not None
    return found.level


def test_a_restore_that_was_compared_is_a_proof(vault: Vault) -> None:
    vault.backup(fill(vault))
    found, proof = restored(vault)
    assert found.complete
    assert found.bytes > 3_000_000
    assert proof is not None
    assert level(vault, b"/shared/big") is ProofLevel.RESTORED
    assert level(vault, b"/shared/odd\n\xff") is ProofLevel.RESTORED
    vault.check()


def test_a_proof_is_never_taken_for_a_phone(vault: Vault) -> None:
    phone = fill(vault)
    first = vault.backup(phone)
    _found, proof = restored(vault)
    repo = vault.reopen()
    assert find(repo, "latest").id == first.snapshot_id
    listed = {info.snapshot.id: (info.proof, info.subject) for info in list_snapshots(repo)}
    assert listed == {first.snapshot_id: (False, None), proof: (True, first.snapshot_id)}
    parent = find_parent(repo, phone_id(phone), lambda _name, error: (_ for _ in ()).throw(error))
    assert parent is not None
    assert parent.snapshot.id == first.snapshot_id
    by_restic = vault.restic().json("snapshots", "latest", "--path", "/")
    assert [snapshot["id"] for snapshot in by_restic] == [first.snapshot_id]
    assert vault.backup(phone).parent == first.snapshot_id


def phone_id(phone: FolderPhone) -> str:
    with phone:
        return phone.identity.id


def test_what_differs_is_named_and_not_proven(vault: Vault) -> None:
    vault.backup(fill(vault))
    restored(vault)
    out = vault.folder / "out/shared"
    (out / "d3/f").write_bytes(b"CONTENT 3")
    (out / "d4/f").unlink()
    (out / "d5/f").unlink()
    (out / "d5/f").symlink_to(out / "d6/f")
    repo = vault.reopen()
    with repo.lock(exclusive=False) as lock:
        found, proof = prove_restored(repo, "latest", vault.folder / "out", lock, include=[b"/shared"])
    assert {(file.path, file.fault.value) for file in found.unproven} == {
        (b"/shared/d3/f", "different"),
        (b"/shared/d4/f", "missing"),
        (b"/shared/d5/f", "unreadable"),
    }
    assert all(file.sentence() for file in found.unproven)
    assert proof is not None


def test_only_what_was_looked_at_is_proven(vault: Vault) -> None:
    vault.backup(fill(vault))
    found, _proof = restored(vault, include=(b"/shared/d3", b"shared/big"))
    assert found.files == 2
    assert level(vault, b"/shared/d3/f") is ProofLevel.RESTORED
    assert level(vault, b"/shared/d4/f") is ProofLevel.STORED


def test_a_proof_holds_for_what_later_snapshots_carried_over(vault: Vault) -> None:
    phone = fill(vault)
    vault.backup(phone)
    restored(vault)
    settle(1.1)
    write(vault.folder / "phone/d3/f", b"changed since")
    vault.backup(phone)
    assert level(vault, b"/shared/d4/f") is ProofLevel.RESTORED
    assert level(vault, b"/shared/d3/f") is ProofLevel.STORED


def test_a_proof_holds_for_nothing_else_when_the_clock_went_back(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = fill(vault)
    vault.backup(phone)
    restored(vault)
    write(vault.folder / "phone/d3/f", b"changed since")
    an_hour_ago = SimpleNamespace(time_ns=lambda: time.time_ns() - 3600 * 10**9, monotonic_ns=time.monotonic_ns)
    monkeypatch.setattr("phoneward.snapshots.passes.time", an_hour_ago)
    second = vault.backup(phone).snapshot_id or ""
    repo = vault.reopen()
    lookup = ProofLookup(repo, find(repo, second))
    kept, changed = lookup.of(b"/shared/d4/f"), lookup.of(b"/shared/d3/f")
    assert kept is not None
    assert changed is not None
    assert kept.level is ProofLevel.RESTORED
    assert changed.restored is None, "the proof is about what was there before"


def test_without_a_lock_nothing_is_written(vault: Vault) -> None:
    vault.backup(fill(vault))
    repo = vault.reopen()
    restore(repo, "latest", vault.folder / "out", durable=False)
    found, proof = prove_restored(repo, "latest", vault.folder / "out", None)
    assert found.complete
    assert proof is None
    assert len(list_snapshots(repo)) == 1


def test_the_shape_of_a_later_proof_is_fixed() -> None:
    date = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    proof = LaterProof(1, "ab" * 32, ProofLevel.RESTORED, date, 3, 4, [named(b"/")], [named(b"/\xff")])
    text = msgspec.json.encode(proof)
    assert msgspec.json.decode(text) == {
        "format": 1,
        "subject": "ab" * 32,
        "level": "restored",
        "date": "2026-01-02T00:00:00Z",
        "files": 3,
        "bytes": 4,
        "scope": [{"path": "/"}],
        "exceptions": [{"path": named(b"/\xff").path, "path_b64": "L/8="}],
    }
    assert decode_proof(text) == proof
