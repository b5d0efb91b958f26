"""A vault that restic copied, tagged, rewrote, cleaned or upgraded is still a vault of ours; and copies into it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from phoneward.phones import PhoneGoneError, open_folder
from phoneward.snapshots import (
    BackupCutShortError,
    BackupResult,
    ProofLevel,
    ProofLookup,
    backup,
    coverage_of,
    find,
    list_snapshots,
    plan_forget,
    prove_restored,
    restore,
)
from phoneward.vault import (
    Diff,
    FileType,
    Finder,
    KeepPolicy,
    LocalStorage,
    LockTiming,
    MaxUnused,
    Patterns,
    PruneOptions,
    Repository,
    Snapshot,
    SnapshotFilter,
    check,
    load_snapshots,
    open_repository,
    parse_group_by,
    prune,
    restore_tree,
)
from tests.interop.samples import build
from tests.snapshots.bench import PASSWORD, MeddledPhone, Vault, photograph, settle, write
from tests.tools.restic import Restic
from tests.vault.cheap import insecure_test_cost
from tests.vault.walker import Found, walk

QUICK = LockTiming(settle_s=0)
BIG = 3_500_000
"""Bytes of a file of several chunks: where they are cut depends on the repository's polynomial."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """A vault with two snapshots of a phone and a proof of the second; made once, since times must settle."""
    vault = Vault.make(tmp_path_factory.mktemp("template"))
    phone = vault.folder / "phone"
    for number in range(30):
        write(phone / f"DCIM/{number % 3}/{number:02}.jpg", os.urandom(1000 * number))
    write(phone / "big", os.urandom(BIG))
    settle()
    _back_up(vault.reopen(), vault, phone)
    write(phone / "DCIM/0/later.jpg", b"later")
    (phone / "DCIM/1/01.jpg").unlink()
    settle()
    _back_up(vault.reopen(), vault, phone)
    repo = vault.reopen()
    with repo.lock(exclusive=False, timing=QUICK) as lock:
        restore(repo, "latest", vault.folder / "proven", durable=False)
        found, proof = prove_restored(repo, "latest", vault.folder / "proven", lock)
    assert found.complete
    assert proof is not None
    return vault


@pytest.fixture
def phone(template: Vault) -> Iterator[Path]:
    """The phone, always in the same place, which is how it is known again; what a test puts there goes afterwards."""
    phone = template.folder / "phone"
    before = set(phone.rglob("*"))
    yield phone
    for path in set(phone.rglob("*")) - before:
        path.unlink()


@pytest.fixture
def vault(template: Vault, tmp_path: Path) -> Vault:
    """A copy of the template."""
    for name in ("repo", "state"):
        shutil.copytree(template.folder / name, tmp_path / name)
    return Vault(tmp_path, _open(tmp_path / "repo"))


def _back_up(repo: Repository, vault: Vault, folder: Path, state: str = "state") -> BackupResult:
    """As the command line does it, with what this computer remembers of the snapshot before."""
    place = vault.folder / state
    with open_folder(folder) as phone:
        result = backup(phone, repo, state_dir=place, cache_dir=place / "cache")
    assert result.complete
    return result


def _open(path: Path, password: str = PASSWORD) -> Repository:
    repo = open_repository(LocalStorage(path), password)
    repo.load_index()
    return repo


def _make_cheap(path: Path, password: str) -> None:
    """Put a key in place of restic's that costs no half second with each command."""
    repo = _open(path, password)
    repo.add_key(password, kdf=insecure_test_cost())
    repo.storage.remove(FileType.KEY, repo.key_name)


def _assert_clean(repo: Repository, judge: Restic) -> None:
    assert "no errors were found" in judge.check()
    report = check(repo, read_data=True)
    assert report.ok, report.errors


def _restored(repo: Repository, snapshot: Snapshot, target: Path) -> dict[bytes, Found]:
    report = restore_tree(repo, snapshot.tree, target, durable=False)
    assert report.complete, report.issues
    return walk(target)


def _assert_sums(folder: Path, expected: int) -> None:
    """GNU sha256sum is the judge of the sums in a restored snapshot."""
    done = subprocess.run(
        ["/bin/sh", "-c", "cat SHA256SUMS/* | sha256sum -c --strict"], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout[-300:] + done.stderr[-300:]
    assert len(done.stdout.splitlines()) >= expected


def _level(repo: Repository, ref: str, path: bytes) -> ProofLevel:
    found = ProofLookup(repo, find(repo, ref)).of(path)
    assert found is not None
    return found.level


def _orphans(repo: Repository) -> int:
    """Return how many proofs would go with a `forget` that keeps all."""
    plan = plan_forget(
        load_snapshots(repo),
        KeepPolicy(last=99),
        group_by=parse_group_by("host,paths"),
        chosen=SnapshotFilter(),
        now_ns=time.time_ns(),
    )
    return len(plan.proofs)


def _phones(repo: Repository) -> list[Snapshot]:
    return [info.snapshot for info in list_snapshots(repo) if not info.proof and not info.partial]


def test_restic_copies_a_vault_and_it_goes_on(restic_program: Path, vault: Vault, phone: Path, tmp_path: Path) -> None:
    from_ours = {"RESTIC_FROM_REPOSITORY": str(tmp_path / "repo"), "RESTIC_FROM_PASSWORD": PASSWORD}
    copier = Restic(restic_program, tmp_path / "copy", "copied", tmp_path / "cache", from_ours)
    copier.init("--copy-chunker-params", "--from-repo", str(tmp_path / "repo"))
    _make_cheap(tmp_path / "copy", "copied")
    copier.run("copy", "--from-repo", str(tmp_path / "repo"))
    source, copy = vault.reopen(), _open(tmp_path / "copy", "copied")
    assert copy.config.chunker_polynomial == source.config.chunker_polynomial
    _assert_clean(copy, copier)

    before, after = load_snapshots(source), load_snapshots(copy)
    assert [s.id for s in before] == [s.original for s in after], "each says what it was copied from"
    assert [(s.time_ns, s.tree, s.paths, s.tags, s.hostname) for s in before] == [
        (s.time_ns, s.tree, s.paths, s.tags, s.hostname) for s in after
    ]
    latest = find(copy, "latest")
    copier.restore(latest.id or "", tmp_path / "by restic")
    assert _restored(copy, latest, tmp_path / "by us") == walk(tmp_path / "by restic")
    assert _restored(source, find(source, "latest"), tmp_path / "of the source") == walk(tmp_path / "by us")
    _assert_sums(tmp_path / "by us", 30)
    said = coverage_of(copy, "latest")
    assert said.snapshot == latest.id
    assert msgspec.structs.replace(said, snapshot="") == msgspec.structs.replace(
        coverage_of(source, "latest"), snapshot=""
    )
    assert _level(copy, "latest", b"/shared/big") is ProofLevel.RESTORED
    assert _orphans(copy) == 0

    # The same large file under another name: cut at the same places, nothing of it is stored twice.
    write(phone / "big again", (phone / "big").read_bytes())
    result = _back_up(copy, vault, phone, "state of the copy")
    assert result.parent == latest.id
    assert (result.stats.files_sent, result.stats.bytes_sent) == (1, BIG)
    assert result.stats.data_blobs == 0
    _assert_clean(copy, copier)


def test_restic_copies_its_own_into_ours(restic_program: Path, vault: Vault, phone: Path, tmp_path: Path) -> None:
    """From version 1, not compressed, cut by another polynomial, into a vault at work."""
    build(tmp_path / "theirs", large=1_200_000)
    maker = Restic(restic_program, tmp_path / "other", "theirs", tmp_path / "cache of theirs")
    maker.init("--repository-version", "1")
    _make_cheap(tmp_path / "other", "theirs")
    name = maker.backup(".", cwd=tmp_path / "theirs", args=["--host", "desk", "--tag", "phoneward"])["snapshot_id"]
    maker.restore(name, tmp_path / "expected")
    into = Restic(restic_program, tmp_path / "repo", PASSWORD, tmp_path / "cache", {"RESTIC_FROM_PASSWORD": "theirs"})
    into.run("copy", "--from-repo", str(tmp_path / "other"))

    repo = vault.reopen()
    _assert_clean(repo, into)
    ours = _phones(repo)
    assert len(ours) == 3
    [copied] = [s for s in ours if s.original is not None]
    assert (copied.original or "").startswith(name)
    assert _restored(repo, copied, tmp_path / "by us") == walk(tmp_path / "expected")
    matches = Finder(repo, Patterns([b"data.bin"])).search(ours)
    assert [(m.snapshot.id, m.entry.path) for m in matches] == [(copied.id, b"/data.bin")]
    assert _orphans(repo) == 0
    write(phone / "news", b"news")
    result = _back_up(repo, vault, phone)
    assert result.parent in {s.id for s in ours if s.original is None}
    assert result.stats.files_sent == 1
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        prune(repo, lock, options=PruneOptions(max_unused=MaxUnused(size=0), repack_uncompressed=True))
    into.restore(copied.id or "", tmp_path / "after")
    assert walk(tmp_path / "after") == walk(tmp_path / "expected")
    _assert_clean(repo, into)


def test_restic_tags_ours(restic_program: Path, vault: Vault, phone: Path, tmp_path: Path) -> None:
    """A tag gives a snapshot another name: proofs that speak of the old one still count, and it is still a parent."""
    judge = Restic(restic_program, tmp_path / "repo", PASSWORD, tmp_path / "cache")
    repo = vault.reopen()
    before = _phones(repo)
    judge.run("tag", "--add", "gold", *[s.id or "" for s in before])
    after = _phones(repo)
    assert [s.original for s in after] == [s.id for s in before]
    assert all({"gold", *old.tags} == set(new.tags) for old, new in zip(before, after, strict=True))
    assert _level(repo, "latest", b"/shared/big") is ProofLevel.RESTORED
    assert _orphans(repo) == 0
    result = _back_up(repo, vault, phone)
    assert (result.parent, result.stats.files_sent) == (after[-1].id, 0)
    assert _level(repo, "latest", b"/shared/big") is ProofLevel.RESTORED, "carried over from a renamed one"
    _assert_clean(repo, judge)


@pytest.mark.parametrize("forgets", [True, False])
def test_restic_rewrites_ours(vault: Vault, phone: Path, *, forgets: bool) -> None:
    """Files taken out of old snapshots come again, and nothing says that they are in them."""
    judge = vault.restic()
    repo = vault.reopen()
    before = _phones(repo)
    judge.run("rewrite", "--exclude", "*.jpg", "--exclude", "big", *(["--forget"] if forgets else []))
    repo = vault.reopen()
    rewritten = [s for s in _phones(repo) if s.original is not None]
    assert [s.original for s in rewritten] == [s.id for s in before]
    assert len(_phones(repo)) == (2 if forgets else 4)
    assert _orphans(repo) == 0
    changes = list(Diff(repo, rewritten[0].tree, rewritten[1].tree).changes())
    assert not [c for c in changes if b".jpg" in c.path]
    assert not list(Finder(repo, Patterns([b"*.jpg"])).search(rewritten))

    result = _back_up(repo, vault, phone)
    everything = sum(1 for path in phone.rglob("*") if path.is_file())
    if forgets:
        assert result.parent == rewritten[-1].id
        assert result.stats.files_sent == everything
        assert result.stats.data_blobs == 0, "the blobs are still there"
    restored = vault.restored_by_restic("latest")
    assert photograph(restored / "shared") == photograph(phone)
    _assert_sums(restored, everything)
    repo = vault.reopen()
    if forgets:
        with repo.lock(exclusive=True, timing=QUICK) as lock:
            prune(repo, lock)
    _assert_clean(vault.reopen(), judge)


def test_restic_takes_away_what_a_backup_remembers(
    vault: Vault, restic_program: Path, phone: Path, tmp_path: Path
) -> None:
    """The last snapshot, its packs and those of a cut-off backup go by restic's hand: all of it is sent again."""
    judge = Restic(restic_program, tmp_path / "repo", PASSWORD, tmp_path / "cache")
    first = _phones(vault.reopen())[0]
    for number in (1, 2):
        write(phone / f"DCIM/new {number}", os.urandom(40_000))
    settle()  # else the journal's word is not taken anyway

    def gone(path: bytes) -> None:
        if path.endswith(b"new 2"):
            raise PhoneGoneError(detail="the cable")

    with pytest.raises(BackupCutShortError), MeddledPhone(phone, before=gone) as opened:
        backup(opened, vault.reopen(), state_dir=vault.state, cache_dir=vault.state / "cache")
    assert vault.journals
    names = [s["id"] for s in judge.snapshots() if s["id"] != first.id]
    assert len(names) == 3
    judge.run("forget", "--prune", "--max-unused", "0", *names)
    result = _back_up(vault.reopen(), vault, phone)
    assert result.parent == first.id
    assert result.stats.files_resumed == 0
    assert result.stats.files_sent == 3, "what the first snapshot has not"
    _assert_clean(vault.reopen(), judge)
    judge.restore("latest", tmp_path / "restored")
    assert photograph(tmp_path / "restored/shared") == photograph(phone)


def test_a_vault_of_version_1_is_upgraded(restic_program: Path, tmp_path: Path) -> None:
    judge = Restic(restic_program, tmp_path / "repo", PASSWORD, tmp_path / "cache")
    judge.init("--repository-version", "1")
    _make_cheap(tmp_path / "repo", PASSWORD)
    phone = tmp_path / "phone"
    write(phone / "text", b"the same line\n" * 20_000)
    write(phone / "big", os.urandom(BIG))
    settle()
    vault = Vault(tmp_path, _open(tmp_path / "repo"))
    first = _back_up(vault.repo, vault, phone)
    _assert_clean(vault.repo, judge)
    assert vault.repo.config.version == 1
    judge.run("migrate", "upgrade_repo_v2")
    repo = vault.reopen()
    assert repo.config.version == 2
    write(phone / "text 2", b"another line\n" * 20_000)
    second = _back_up(repo, vault, phone)
    assert (second.parent, second.stats.files_sent) == (first.snapshot_id, 1)
    assert second.stats.data_added_packed < second.stats.data_added / 3, "compressed from now on"
    repo = vault.reopen()
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        report = prune(repo, lock, options=PruneOptions(max_unused=MaxUnused(size=0), repack_uncompressed=True))
    assert report.packs_written > 0
    _assert_clean(vault.reopen(), judge)
    judge.restore("latest", tmp_path / "restored")
    assert photograph(tmp_path / "restored/shared") == photograph(phone)
    _assert_sums(tmp_path / "restored", 3)
