"""Who takes how much of the vault: the figures add up, and where restic counts the same, they are restic's."""

import os
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.phones import open_folder
from phoneward.snapshots import Per, UsageTable, backup, list_snapshots, name_phone, usage
from phoneward.snapshots.app_parts import app_of, is_above_apps
from phoneward.snapshots.state import OwnerState
from phoneward.vault import (
    BlobId,
    BlobMissingError,
    BlobType,
    Repository,
    Snapshot,
    TreeDamagedError,
    iter_tree,
    load_snapshots,
    save_snapshot,
)
from tests.snapshots.bench import Vault, write
from tests.snapshots.catalogue.histories import File, Tree, put_snapshot


@pytest.mark.parametrize(
    ("path", "app"),
    [
        (b"/packages/org.tasks", "org.tasks"),
        (b"/appdata/org.tasks", "org.tasks"),
        (b"/appdata/org.tasks@user_de", "org.tasks"),
        (b"/computer/com.tencent.mm", "com.tencent.mm"),
        (b"/shared/Android/data/org.tasks", "org.tasks"),
        (b"/shared/Android/obb/org.tasks", "org.tasks"),
        (b"/users/10/Android/media/com.whatsapp", "com.whatsapp"),
        (b"/volumes/1A2B-3C4D/Android/data/org.tasks", "org.tasks"),
        (b"/shared/WhatsApp", "com.whatsapp"),
        (b"/shared/tencent/MicroMsg", "com.tencent.mm"),
        (b"/users/999/tencent/MicroMsg", "com.tencent.mm"),
        (b"/shared/DCIM", None),
        (b"/shared/Android", None),
        (b"/shared/Android/data", None),
        (b"/shared/Android/data/not a package", None),
        (b"/shared/Android/data/org.tasks/files", None),
        (b"/shared/Android/org.tasks", None),
        (b"/packages/a/b", None),
        (b"/packages/\xff", None),
        (b"/users", None),
        (b"/users/WhatsApp", None),
        (b"/sharedx/WhatsApp", None),
        (b"/WhatsApp", None),
        (b"/", None),
    ],
)
def test_whose_a_folder_is(path: bytes, app: str | None) -> None:
    assert app_of(path) == app


def test_only_folders_above_apps_are_opened() -> None:
    above = [b"", b"/packages", b"/appdata", b"/shared", b"/shared/Android", b"/shared/Android/data", b"/users"]
    above += [b"/users/10", b"/volumes/x/Android/obb", b"/shared/tencent"]
    assert all(is_above_apps(path) for path in above)
    others = [b"/shared/DCIM", b"/records", b"/packages/org.tasks", b"/users/10/DCIM", b"/shared/Android/data/x"]
    assert not any(is_above_apps(path) for path in others)


def _tree(number: int, both: bytes = b"s" * 5000) -> Tree:
    return {
        b"coverage.json": File(b"coverage %d" % number),
        b"packages": {b"com.whatsapp": {b"base.apk": File(b"apk" * 4000)}, b"org.tasks": {b"base.apk": File(both)}},
        b"shared": {
            b"Android": {
                b"data": {b"org.tasks": {b"own": File(os.urandom(3000)), b"same": File(both)}},
                b"media": {b"com.whatsapp": {b"db": File(b"chats %d" % number * 900)}},
            },
            b"DCIM": {b"a.jpg": File(b"photo" * 2000), b"%d.jpg" % number: File(os.urandom(2000))},
            b"WhatsApp": {b"old": File(both)},
            b"tencent": {b"MicroMsg": {b"x": File(b"wechat" * 700)}, b"other": {b"y": File(b"no app's")}},
        },
    }


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Two phones that share a picture and an app, three and two snapshots."""
    vault = Vault.make(tmp_path)
    repo = vault.reopen()
    for number in range(5):
        phone = "phone" if number < 3 else "tablet"
        put_snapshot(repo, _tree(number), day=number, device=phone)
    return vault


def _of_phones(repo: Repository) -> list[Snapshot]:
    return load_snapshots(repo)


def _by_hand(repo: Repository, snapshots: list[Snapshot], per: Per) -> dict[str | None, set[tuple[BlobType, BlobId]]]:
    """Who needs which blobs, found by walking every snapshot in full."""
    needs: dict[str | None, set[tuple[BlobType, BlobId]]] = defaultdict(set)
    for snapshot in snapshots:
        device = next((t.removeprefix("device:") for t in snapshot.tags if t.startswith("device:")), None)
        needs[device if per is Per.PHONE else None].add((BlobType.TREE, snapshot.tree))
        for entry in iter_tree(repo, snapshot.tree):
            parts = entry.path.split(b"/")
            folders = len(parts) if entry.node.subtree else len(parts) - 1  # a file is nobody's by its own name
            owners = (app_of(b"/".join(parts[: n + 1])) for n in range(1, folders))
            who = device if per is Per.PHONE else next((app for app in owners if app), None)
            if entry.node.subtree:
                needs[who].add((BlobType.TREE, entry.node.subtree))
            needs[who] |= {(BlobType.DATA, blob) for blob in entry.node.content or ()}
    return needs


def _stored(repo: Repository, blobs: set[tuple[BlobType, BlobId]]) -> int:
    return sum(next(repo.index.lookup(*blob)).entry.length for blob in blobs)


@pytest.mark.parametrize("per", list(Per))
def test_the_figures_are_those_of_a_full_walk(vault: Vault, per: Per) -> None:
    repo = vault.reopen()
    snapshots = _of_phones(repo)
    table = usage(repo, snapshots, per)
    needs = _by_hand(repo, snapshots, per)
    rows = {row.key or None: row for row in (*table.rows, table.rest)}
    assert set(rows) | {None} == set(needs) | {None}
    for who, blobs in needs.items():
        others = set().union(*(its for other, its in needs.items() if other != who))
        assert rows[who].alone == _stored(repo, blobs - others), who
        assert rows[who].together == _stored(repo, blobs & others), who
    assert table.shared > 0
    everything = set().union(*needs.values())
    assert table.stored == _stored(repo, everything)
    assert table.stored == vault.restic().json("stats", "--mode", "raw-data")["total_size"]
    assert table.size == vault.restic().json("stats", "--mode", "restore-size")["total_size"]


def test_what_an_app_takes_in_the_newest_snapshot(vault: Vault) -> None:
    repo = vault.reopen()
    table = usage(repo, _of_phones(repo), Per.APP)
    rows = {row.key: row for row in table.rows}
    assert list(rows) == [row.key for row in sorted(table.rows, key=lambda row: -row.alone)]
    whatsapp = rows["com.whatsapp"]
    assert (whatsapp.snapshots, whatsapp.newest_files, whatsapp.files) == (5, 2 * 3, 5 * 3)
    assert whatsapp.newest_size == 2 * (12_000 + 7 * 900 + 5000)
    assert rows["com.tencent.mm"].alone > 0
    assert table.rest.newest_size > 0


def test_phones_have_the_names_that_the_person_gave(vault: Vault) -> None:
    repo = vault.reopen()
    state = OwnerState().changed([name_phone("phone", "Granny's")], now_ns=1, writer="w")
    table = usage(repo, _of_phones(repo), Per.PHONE, state=state)
    assert {row.key: row.snapshots for row in table.rows} == {"phone": 3, "tablet": 2}
    assert "Granny's" in {row.label for row in table.rows}
    assert table.rest.snapshots == 0


def test_a_real_backup_adds_up(tmp_path: Path) -> None:
    vault = Vault.make(tmp_path)
    for name in ("DCIM/1.jpg", "Android/media/com.whatsapp/x", "WhatsApp/y", "Download/z"):
        write(tmp_path / "phone" / name, os.urandom(9000))
    with open_folder(tmp_path / "phone") as phone:
        backup(phone, vault.reopen(), state_dir=vault.state)
    repo = vault.reopen()
    (info,) = list_snapshots(repo)
    table = usage(repo, [info.snapshot], Per.APP)
    assert {row.key: row.newest_size for row in table.rows} == {"com.whatsapp": 18_000}
    assert table.stored == vault.restic().json("stats", "--mode", "raw-data")["total_size"]
    assert table.size == vault.restic().json("stats", "--mode", "restore-size")["total_size"]
    assert table.size == table.rows[0].size + table.rest.size


def test_no_snapshots(vault: Vault) -> None:
    for per in Per:
        table = usage(vault.reopen(), [], per)
        assert (table.rows, table.stored, table.size, table.shared) == ([], 0, 0, 0)


def test_what_cannot_be_read_gives_no_figure(vault: Vault) -> None:
    repo = vault.reopen()
    first = load_snapshots(repo)[0]
    save_snapshot(repo, msgspec.structs.replace(first, id=None, tree=b"\1" * 32))
    with repo.writer() as writer:
        tree = writer.put(BlobType.TREE, b"no tree").result()
    save_snapshot(repo, msgspec.structs.replace(first, id=None, tree=tree, hostname="x"))
    repo = vault.reopen()
    for per in Per:
        for snapshot in load_snapshots(repo):
            if snapshot.tree == tree:
                with pytest.raises(TreeDamagedError):
                    usage(repo, [snapshot], per)
            elif snapshot.tree == b"\1" * 32:
                with pytest.raises(BlobMissingError):
                    usage(repo, [snapshot], per)


_names = st.sampled_from([b"a", b"b", b"WhatsApp", b"Android", b"data", b"org.tasks", b"shared", b"packages"])
_trees = st.recursive(
    st.binary(max_size=3).map(lambda content: File(content * 50)),
    lambda inside: st.dictionaries(_names, inside, max_size=3),
    max_leaves=8,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(["p", "q"]), st.dictionaries(_names, _trees, max_size=4)), max_size=4))
def test_any_vault_adds_up(tmp_path_factory: pytest.TempPathFactory, made: list[tuple[str, Tree]]) -> None:
    vault = Vault.make(tmp_path_factory.mktemp("any"))
    repo = vault.reopen()
    for number, (phone, tree) in enumerate(made):
        put_snapshot(repo, tree, day=number, device=phone)
    repo = vault.reopen()
    snapshots = load_snapshots(repo)
    tables: list[UsageTable] = [usage(repo, snapshots, per) for per in Per]
    for table, per in zip(tables, Per, strict=True):
        needs = _by_hand(repo, snapshots, per)
        assert table.stored == _stored(repo, set().union(*needs.values()))
        for row in (*table.rows, table.rest):
            blobs = needs.get(row.key or None, set())
            assert row.alone + row.together == _stored(repo, blobs)
    assert (tables[0].size, tables[0].files) == (tables[1].size, tables[1].files)
