"""What this computer remembers of the last snapshot makes the next one quicker, and never different."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest

from phoneward import vault as vault_room
from phoneward.phones.bulk import BulkRow
from phoneward.snapshots import BackupResult, backup, parents
from phoneward.snapshots.prints import PURPOSE, Memory, Print, Stored, print_of_nodes, print_of_rows
from phoneward.vault import BlobId, Node, NodeType, SealedCache, find_snapshot, go_mode
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, settle

Change: TypeAlias = Callable[[], object]
Rows: TypeAlias = list[BulkRow]

S = 10**9
OLD = 1_600_000_000 * S


def taken(vault: Vault, phone: TestPhone, *, cache: bool = True) -> BackupResult:
    vault.reopen()
    with adb_phone(phone) as opened:
        return backup(opened, vault.repo, state_dir=vault.state, cache_dir=vault.folder / "cache" if cache else None)


class TreesRead:
    """Counts the trees that are read from the vault."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        load = vault_room.load_tree

        def counted(*args: object) -> list[Node]:
            self.count += 1
            return load(*args)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(parents, "load_tree", counted)


def test_nothing_changed(tmp_path: Path, phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault.make(tmp_path)
    for folder in range(30):
        trees.put(phone.storage, f"DCIM/{folder}/IMG.jpg", trees.content(str(folder), 100))
    trees.give_to_phone(phone.storage)
    settle()
    first = taken(vault, phone)
    read = TreesRead(monkeypatch)
    second = taken(vault, phone)
    quick = read.count
    third = taken(vault, phone, cache=False)
    assert quick < 15
    assert read.count - quick > 30
    assert second.stats.files_sent == third.stats.files_sent == 0
    assert (second.stats.files_unmodified, second.stats.dirs_unmodified) == (
        third.stats.files_unmodified,
        third.stats.dirs_unmodified,
    )
    assert (second.files_held, second.bytes_held) == (third.files_held, third.bytes_held)
    subtrees = {vault.subtree(result.snapshot_id or "", b"/shared") for result in (first, second, third)}
    assert len(subtrees) == 1
    vault.check()


def test_every_change_is_seen(tmp_path: Path, phone: TestPhone) -> None:
    vault = Vault.make(tmp_path)
    top = phone.storage / "a"
    for folder in ("a", "a/b", "a/b/c", "d"):
        for number in range(3):
            trees.put(phone.storage, f"{folder}/{number}", trees.content(f"{folder}{number}", 10), mtime_ns=OLD)
    trees.give_to_phone(phone.storage)
    settle()
    taken(vault, phone)

    def same_size_and_mtime() -> None:
        (top / "b/c/1").write_bytes(b"0123456789")
        os.utime(top / "b/c/1", ns=(OLD, OLD))

    changes: dict[str, Change] = {
        "content": lambda: (top / "b/c/0").write_bytes(b"longer than it was before"),
        "content, its times set back": same_size_and_mtime,
        "permissions": lambda: (top / "b/2").chmod(0o640),
        "renamed": lambda: (top / "b/1").rename(top / "b/9"),
        "deleted": (top / "b/c/2").unlink,
        "a folder's permissions": lambda: (top / "b").chmod(0o750),
        "a folder": (phone.storage / "d/new").mkdir,
        "a link": lambda: (phone.storage / "d/link").symlink_to("0"),
        "put in the place of another": lambda: (top / "b/2").replace(top / "b/c/0"),
        "an app's own backup": lambda: trees.put(phone.storage, "d/threema-backup_X_1.zip", b"zip"),
    }
    for what, change in changes.items():
        change()
        trees.give_to_phone(phone.storage)
        settle()
        quick = taken(vault, phone)
        slow = taken(vault, phone, cache=False)
        assert slow.stats.files_sent == 0, what
        assert vault.subtree(quick.snapshot_id or "", b"/shared") == vault.subtree(
            slow.snapshot_id or "", b"/shared"
        ), what
        taken(vault, phone)  # remembers again
    sent = taken(vault, phone)
    assert (vault.restored_by_restic(sent.snapshot_id or "") / "shared/a/b/c/1").read_bytes() == b"0123456789"


def test_what_the_vault_lost_is_sent_again(tmp_path: Path, phone: TestPhone) -> None:
    vault = Vault.make(tmp_path)
    trees.put(phone.storage, "a/one", trees.content("one", 5000))
    trees.give_to_phone(phone.storage)
    settle()
    first = taken(vault, phone)
    assert taken(vault, phone).stats.files_sent == 0
    oldest = min((vault.folder / "repo/index").iterdir(), key=lambda path: path.stat().st_mtime)
    oldest.unlink()
    # The snapshots cannot be read any more, so all is sent; what was remembered must not say otherwise.
    assert taken(vault, phone).stats.files_sent == first.stats.files_sent


def test_a_time_that_proves_nothing_is_looked_at(tmp_path: Path, phone: TestPhone) -> None:
    vault = Vault.make(tmp_path)
    trees.put(phone.storage, "a/later", b"content", mtime_ns=time.time_ns() + 3600 * S)
    trees.put(phone.storage, "b/earlier", b"content", mtime_ns=OLD)
    trees.give_to_phone(phone.storage)
    settle()
    taken(vault, phone)
    assert taken(vault, phone).stats.files_sent == 1, "the one with a time after the listing"


def node(name: bytes, **more: object) -> Node:
    given = {"type": NodeType.FILE, "mode": 0o644, "mtime_ns": 5 * S + 7, "ctime_ns": 6 * S + 8, "size": 3}
    given |= {"content": (BlobId(bytes(32)),)} | more
    return Node(name=name, **given)  # type: ignore[arg-type]  # as a test gives them


def test_a_print_of_nodes_is_that_of_their_listing() -> None:
    nodes = [
        node(b"b"),
        node(b"a", mode=go_mode(NodeType.FILE, 0o2660)),
        node(
            b"c", type=NodeType.DIR, mode=go_mode(NodeType.DIR, 0o2770), size=0, content=None, subtree=BlobId(bytes(32))
        ),
    ]
    rows: Rows = [
        (b"c", 1, 0, 0o2770, 5 * S, 6 * S, None),
        (b"a", 0, 3, 0o2660, 5 * S, 6 * S, None),
        (b"b", 0, 3, 0o644, 5 * S, 6 * S, None),
    ]
    expected = print_of_rows(rows)
    assert expected is not None
    assert (expected.files, expected.size, expected.folders, expected.latest_ns) == (2, 6, 1, 6 * S)
    assert print_of_nodes(nodes) == expected
    others: Rows = [
        (b"x", 0, 3, 0o2660, 5 * S, 6 * S, None),
        (b"a", 1, 3, 0o2660, 5 * S, 6 * S, None),
        (b"a", 0, 4, 0o2660, 5 * S, 6 * S, None),
        (b"a", 0, 3, 0o2661, 5 * S, 6 * S, None),
        (b"a", 0, 3, 0o2660, 4 * S, 6 * S, None),
        (b"a", 0, 3, 0o2660, 5 * S, 5 * S, None),
    ]
    for other in others:
        assert print_of_rows([*rows[1:], other]) != expected
    assert print_of_rows([*rows, rows[0]]) != expected
    assert print_of_nodes([node(b"l", type=NodeType.SYMLINK)]) is None
    assert print_of_nodes([node(b"x", content=None)]) is None


def test_only_this_snapshot_and_this_index_are_remembered(tmp_path: Path) -> None:
    vault = Vault.make(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_bytes(b"x")
    from phoneward.phones.folder import FolderPhone

    one = vault.backup(FolderPhone(tmp_path / "folder"))
    two = vault.backup(FolderPhone(tmp_path / "folder"))
    repo = vault.reopen()
    first, second = (find_snapshot(repo, result.snapshot_id or "") for result in (one, two))
    memory = Memory(SealedCache(tmp_path / "cache", repo, purpose=PURPOSE), repo)
    stored = Stored(BlobId(bytes(range(32))), Print(b"d" * 16, 1, 2, 3, 4))
    memory.save(first.id or "", [(b"/shared/a", stored)], None)
    assert memory.load(first) == {b"/shared/a": stored}
    assert memory.load(second) == {}
    memory.save(second.id or "", [], first.id)
    assert memory.load(first) == {}
    memory.save(second.id or "", [(b"/shared/a", stored)], None)
    assert memory.load(second) == {b"/shared/a": stored}
    next((vault.folder / "repo/index").iterdir()).unlink()
    repo = vault.reopen()
    memory = Memory(SealedCache(tmp_path / "cache", repo, purpose=PURPOSE), repo)
    assert memory.load(second) == {}
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            assert b"/shared" not in path.read_bytes()


@pytest.mark.parametrize("length", [0, 1, 15, 16, 4_095, 4_096, 4_097, 4_111, 8_193, 65_535, 65_536])
def test_a_long_folder_has_the_print_of_all_its_rows_at_once(length: int) -> None:
    rows: Rows = [(b"%07d" % n, 0, n, 0o644, OLD + n * S, OLD, None) for n in range(length)]
    nodes = [
        Node(
            name=b"%07d" % n, type=NodeType.FILE, size=n, mode=0o644, mtime_ns=OLD + n * S + 5, ctime_ns=OLD, content=()
        )
        for n in range(length)
    ]
    whole = hashlib.blake2b(msgspec.msgpack.encode(rows), digest_size=16).digest()
    expected = Print(whole, length, sum(range(length)), 0, max([OLD + (length - 1) * S] if length else [0]))
    assert print_of_rows(rows[::-1]) == expected
    assert print_of_nodes(nodes) == expected
