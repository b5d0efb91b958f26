"""Both directions with the real restic, at the level of blobs, keys and locks. Whole phones: tests/interop."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from phoneward.vault import (
    BlobType,
    FileType,
    LocalStorage,
    Repository,
    RepositoryLockedError,
    StoredFile,
    WrongPasswordError,
    init_repository,
    open_repository,
)
from tests.tools.restic import Restic, ResticError
from tests.vault.cheap import insecure_test_cost

TIME = "2026-01-02T03:04:05Z"
TEXT = b"the same line again and again\n" * 40_000


def node(name: str, stored: StoredFile) -> dict[str, object]:
    size = {"size": stored.size} if stored.size else {}
    times = {"mtime": TIME, "atime": TIME, "ctime": TIME}
    content = [one.hex() for one in stored.ids]
    return {"name": name, "type": "file", "mode": 0o644, **times, "uid": 0, "gid": 0, **size, "content": content}


def write_snapshot(repo: Repository, files: dict[str, bytes]) -> None:
    with repo.lock(exclusive=False), repo.writer() as writer:
        stored = {name: writer.put_file([data]) for name, data in sorted(files.items())}
        nodes = [node(name, pending.result()) for name, pending in stored.items()]
        text = '{"nodes":[' + ",".join(json.dumps(one, separators=(",", ":")) for one in nodes) + "]}\n"
        tree = writer.put(BlobType.TREE, text.encode()).result()
        writer.flush()
        document = {"time": TIME, "tree": tree.hex(), "paths": ["/phone"], "hostname": "phone"}
        repo.save_unpacked(FileType.SNAPSHOT, json.dumps(document).encode())


@pytest.fixture
def restic(restic_program: Path, tmp_path: Path) -> Restic:
    return Restic(restic_program, tmp_path / "repo", "secret", tmp_path / "cache")


def test_restic_checks_and_restores_what_we_write(restic: Restic, tmp_path: Path) -> None:
    files = {"big": os.urandom(9_000_000), "empty": b"", "small": b"s", "text": TEXT}
    repo = init_repository(LocalStorage(tmp_path / "repo"), "secret", kdf=insecure_test_cost())
    write_snapshot(repo, files)
    assert "no errors were found" in restic.check()
    restic.restore("latest", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files


def test_restic_opens_a_key_of_production_cost_and_a_second_one(restic: Restic, tmp_path: Path) -> None:
    repo = init_repository(LocalStorage(tmp_path / "repo"), "secret")
    repo.add_key("密码 second", kdf=insecure_test_cost())
    assert restic.cat("config") == {
        "version": 2,
        "id": repo.config.id,
        "chunker_polynomial": repo.config.polynomial_text,
    }
    second = Restic(restic.program, restic.repository, "密码 second", restic.cache)
    assert second.cat("config") == restic.cat("config")
    with pytest.raises(ResticError):
        Restic(restic.program, restic.repository, "wrong", restic.cache).cat("config")


def test_we_read_what_restic_writes(restic: Restic, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "big").write_bytes(os.urandom(6_000_000))
    (source / "text").write_bytes(TEXT)
    restic.init()
    restic.backup(source)
    restic.run("key", "list")
    repo = open_repository(LocalStorage(tmp_path / "repo"), "secret")
    repo.load_index()
    with pytest.raises(WrongPasswordError):
        open_repository(repo.storage, "wrong")
    blobs = list(repo.index)
    assert {place.entry.type for place in blobs} == set(BlobType)
    total = 0
    for place in blobs:
        data = repo.load_blob(place.entry.type, place.entry.id)
        total += len(data) if place.entry.type is BlobType.DATA else 0
    assert total >= 6_000_000
    for pack in repo.index.by_pack():
        assert repo.read_pack_header(pack.pack) == pack.entries
    [snapshot] = repo.list_files(FileType.SNAPSHOT)
    assert json.loads(repo.load_unpacked(FileType.SNAPSHOT, snapshot.name))["paths"] == [str(source)]


def test_we_read_version_1(restic: Restic, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(TEXT)
    restic.init("--repository-version", "1")
    restic.backup(tmp_path / "file")
    repo = open_repository(LocalStorage(tmp_path / "repo"), "secret")
    repo.load_index()
    assert repo.config.version == 1
    found = [repo.load_blob(place.entry.type, place.entry.id) for place in repo.index]
    assert TEXT[: 512 * 1024] in {data[: 512 * 1024] for data in found}
    write_snapshot(repo, {"ours": os.urandom(2_000_000)})
    assert "no errors were found" in restic.check()


def test_restic_goes_on_in_our_repository_and_we_in_its(restic: Restic, tmp_path: Path) -> None:
    repo = init_repository(LocalStorage(tmp_path / "repo"), "secret", kdf=insecure_test_cost())
    write_snapshot(repo, {"text": TEXT})
    source = tmp_path / "source"
    source.mkdir()
    (source / "small").write_bytes(b"small enough to be one blob in both")
    restic.backup(source)
    repo = open_repository(repo.storage, "secret")
    repo.load_index()
    with repo.writer() as writer:
        writer.put_file([b"small enough to be one blob in both"])
    assert writer.stats.blobs_known == 1
    write_snapshot(repo, {"more": os.urandom(100_000)})
    restic.check()
    assert len(restic.snapshots()) == 3


def test_our_lock_holds_restic_off(restic: Restic, tmp_path: Path) -> None:
    repo = init_repository(LocalStorage(tmp_path / "repo"), "secret", kdf=insecure_test_cost())
    with repo.lock(exclusive=False):
        refused = restic.attempt("prune")
        assert refused.returncode != 0
        assert b"locked" in refused.stderr
        assert restic.snapshots() == []  # shared locks live together
    restic.run("prune")


def test_restics_lock_holds_us_off(restic: Restic, tmp_path: Path) -> None:
    restic.init()
    repo = open_repository(LocalStorage(tmp_path / "repo"), "secret")
    document = {"time": datetime.now(UTC).isoformat(), "exclusive": True, "hostname": "h", "username": "u", "pid": 7}
    repo.save_unpacked(FileType.LOCK, json.dumps(document).encode())
    refused = restic.attempt("list", "packs")
    assert b"locked exclusively by PID 7 on h by u" in refused.stderr  # restic reads it as it reads its own
    with pytest.raises(RepositoryLockedError), repo.lock(exclusive=False):
        pytest.fail("entered")
    restic.run("unlock", "--remove-all")
    with repo.lock(exclusive=True):
        pass
