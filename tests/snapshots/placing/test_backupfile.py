"""Snapshots made to do harm, or damaged ones, into a backup file: what can go in does, the rest is named."""

import os
import zlib
from pathlib import Path

import pytest

from phoneward.phones.androidbackup.writing import HEADER, MAX_FACTS
from phoneward.snapshots import BackupFilePlan, DataFate, plan_backup_file, write_backup_file
from phoneward.snapshots.errors import (
    AppDataDamagedError,
    BackupFileExistsError,
    BackupFileUnwritableError,
    NoAppDataError,
)
from phoneward.snapshots.placing import backupfile as module
from phoneward.snapshots.placing import into_folder
from phoneward.vault import (
    BlobId,
    BlobMissingError,
    BlobType,
    Node,
    Repository,
    Snapshot,
    TooManyFilesError,
    save_snapshot,
)
from tests.phones.androidbackup.abwriter import manifest
from tests.phones.androidbackup.benches import contents, opened
from tests.snapshots.bench import Vault
from tests.snapshots.placing.test_hostile import folder, put, snapshot, vault

__all__ = ["vault"]

NOTES = "org.example.notes"
GOOD = manifest(NOTES).content or b""


def file(repo: Repository, name: bytes, content: bytes = b"data") -> Node:
    blobs = (put(repo, BlobType.DATA, content),) if content else ()
    return Node(name=name, type="file", size=len(content), content=blobs)


def app(repo: Repository, *nodes: Node, text: bytes = GOOD, name: str = NOTES) -> Node:
    return folder(repo, name.encode(), file(repo, b"_manifest", text), *nodes)


def data(repo: Repository, *nodes: Node) -> Node:
    return folder(repo, b"f", *nodes)


def plan_of(vault: Vault, tmp_path: Path, *apps: Node) -> BackupFilePlan:
    top = folder(vault.repo, b"top", folder(vault.repo, b"appdata", *apps)).subtree
    assert top is not None
    made = save_snapshot(vault.repo, Snapshot(time_ns=1, tree=top, paths=("/phone",)))
    return plan_backup_file(vault.reopen(), made, tmp_path / "made.ab")


def names_left(plan: BackupFilePlan) -> dict[bytes, str]:
    assert all(item.sentence() for item in plan.left_out)
    return {item.path.removeprefix(b"/appdata/"): item.detail for item in plan.left_out}


def made(vault: Vault, plan: BackupFilePlan) -> dict[bytes, bytes]:
    write_backup_file(vault.repo, plan)
    with opened(plan.target) as phone:
        return contents(phone)


def test_what_android_would_stumble_over_is_left_out_and_named(vault: Vault, tmp_path: Path) -> None:
    """Links and devices; files where Android's reader ends the restore, or takes them for a manifest; lost contents."""
    repo = vault.repo
    inside = data(
        repo,
        file(repo, b"good"),
        file(repo, b"_manifest", b"2"),
        file(repo, b"_meta", b"2"),
        Node(name=b"link", type="symlink", linktarget=b"/etc/passwd"),
        Node(name=b"pipe", type="fifo"),
        Node(name=b"node", type="dev", device=0x801),
        Node(name=b"odd", type="whiteout"),
        Node(name=b"lost", type="file", size=4, content=(BlobId(b"\7" * 32),)),
        Node(name=b"longer than it is", type="file", size=5, content=file(repo, b"x").content),
        Node(name=b"without content", type="file", size=5),
        file(repo, b"n" * 256),
        Node(name=b"gone", type="dir", subtree=BlobId(b"\6" * 32)),
        Node(name=b"nowhere", type="dir"),
        folder(repo, b"_manifest.d", file(repo, b"_manifest", b"an app's own, deeper down")),
    )
    plan = plan_of(
        vault, tmp_path, app(repo, inside, file(repo, b"loose"), file(repo, b"_meta", b"1\n")), file(repo, b"x")
    )
    (one,) = plan.apps
    assert (one.fate, one.files, one.bytes) == (DataFate.READY, 2, 4 + 25)
    top = NOTES.encode()
    assert set(names_left(plan)) == {
        b"x",
        top + b"/loose",
        *(
            top + b"/f/" + name
            for name in (b"_manifest", b"_meta", b"link", b"pipe", b"node", b"odd", b"lost", b"longer than it is")
        ),
        *(top + b"/f/" + name for name in (b"without content", b"n" * 256, b"gone", b"nowhere")),
    }
    assert not plan.complete
    assert set(made(vault, plan)) == {
        b"/apps/org.example.notes/" + path for path in (b"_manifest", b"_meta", b"f/good", b"f/_manifest.d/_manifest")
    }


def test_paths_as_long_as_a_phones_and_longer(vault: Vault, tmp_path: Path) -> None:
    repo = vault.repo
    left = 4096 - len(b"/apps/org.example.notes/f/")
    names = [b"d" * 200] * ((left - 1) // 201)
    last = b"n" * (left - 201 * len(names))
    for name, fits in ((last, True), (last + b"n", False)):
        deep = file(repo, name)
        for above in names:
            deep = folder(repo, above, deep)
        plan = plan_of(vault, tmp_path, app(repo, data(repo, deep)))
        assert (plan.apps[0].files, plan.left_out_count) == ((1, 0) if fits else (0, 1))
        paths = made(vault, plan)
        assert (max(map(len, paths)) == 4096) is fits
        plan.target.unlink()


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        (GOOD, DataFate.READY),
        (GOOD.replace(b"notes", b"other"), DataFate.BAD_MANIFEST),
        (b"", DataFate.BAD_MANIFEST),
        (GOOD + b"x" * MAX_FACTS, DataFate.BAD_MANIFEST),
    ],
)
def test_a_manifest_that_does_not_fit(vault: Vault, tmp_path: Path, text: bytes, fate: DataFate) -> None:
    plan = plan_of(vault, tmp_path, app(vault.repo, data(vault.repo, file(vault.repo, b"a")), text=text))
    assert (plan.apps[0].fate, plan.complete) == (fate, fate is DataFate.READY)


def test_a_manifest_that_is_lost_or_no_file(vault: Vault, tmp_path: Path) -> None:
    repo = vault.repo
    nodes = [
        Node(name=b"_manifest", type="file", size=4, content=(BlobId(b"\7" * 32),)),
        folder(repo, b"_manifest", file(repo, b"x")),
        Node(name=b"_manifest", type="symlink", linktarget=b"f/a"),
    ]
    for node in nodes:
        plan = plan_of(vault, tmp_path, folder(repo, NOTES.encode(), node, data(repo, file(repo, b"a"))))
        assert plan.apps[0].fate is DataFate.BAD_MANIFEST
        assert not plan.complete


def test_metadata_that_would_end_the_restore(vault: Vault, tmp_path: Path) -> None:
    repo = vault.repo
    meta = file(repo, b"_meta", b"x" * (MAX_FACTS + 1))
    plan = plan_of(vault, tmp_path, app(repo, meta, data(repo, file(repo, b"a"))))
    assert set(names_left(plan)) == {NOTES.encode() + b"/_meta"}
    assert set(made(vault, plan)) == {b"/apps/org.example.notes/" + path for path in (b"_manifest", b"f/a")}


def test_names_of_no_app_and_second_folders(vault: Vault, tmp_path: Path) -> None:
    repo = vault.repo
    inside = data(repo, file(repo, b"a"))
    plan = plan_of(
        vault,
        tmp_path,
        app(repo, inside),
        app(repo, inside, name=NOTES + "@user_de"),
        app(repo, inside, name="no package"),
        app(repo, inside, name="-r"),
        folder(repo, b"\xff.x", inside),
    )
    assert [(one.package, one.fate) for one in plan.apps] == [
        (NOTES, DataFate.READY),
        (NOTES, DataFate.NO_MANIFEST),
    ]
    assert set(names_left(plan)) == {b"no package", b"-r", b"\xff.x"}


def test_a_snapshot_without_such_data(vault: Vault, tmp_path: Path) -> None:
    snapshot(vault, folder(vault.repo, b"shared", file(vault.repo, b"a")))
    with pytest.raises(NoAppDataError):
        plan_backup_file(vault.repo, "latest", tmp_path / "made.ab")


def test_a_tree_that_unfolds_into_billions_of_names(vault: Vault, tmp_path: Path) -> None:
    """A few folders, each of which holds the next a hundred times: refused while it is counted."""
    repo = vault.repo
    node = folder(repo, b"0", file(repo, b"a"))
    for _depth in range(8):
        node = folder(repo, b"0", *(Node(name=b"%02d" % n, type="dir", subtree=node.subtree) for n in range(100)))
    with pytest.raises(TooManyFilesError):
        plan_of(vault, tmp_path, app(repo, data(repo, node)))


def test_content_that_turns_out_to_be_damaged_leaves_no_file(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(vault, tmp_path, app(vault.repo, data(vault.repo, file(vault.repo, b"a", os.urandom(100_000)))))
    (tmp_path / "out").mkdir()
    plan.target = tmp_path / "out" / "made.ab"

    load = Repository.load_blob
    for what in (BlobType.DATA, BlobType.TREE):

        def lost(repo: Repository, kind: BlobType, blob: BlobId, what: BlobType = what) -> bytes:
            if kind == what:
                raise BlobMissingError(blob=blob.hex())
            return load(repo, kind, blob)

        with monkeypatch.context() as patch:
            patch.setattr(Repository, "load_blob", lost)
            with pytest.raises(AppDataDamagedError):
                write_backup_file(vault.repo, plan)
        assert list((tmp_path / "out").iterdir()) == []
    assert plan.written_bytes is None
    write_backup_file(vault.repo, plan)
    assert plan.written_bytes == plan.target.stat().st_size


def test_a_name_that_is_taken_meanwhile_stays_as_it_is(vault: Vault, tmp_path: Path) -> None:
    plan = plan_of(vault, tmp_path, app(vault.repo, data(vault.repo, file(vault.repo, b"a"))))
    plan.target.write_bytes(b"mine")
    with pytest.raises(BackupFileExistsError):
        write_backup_file(vault.repo, plan)
    assert plan.target.read_bytes() == b"mine"
    assert not list(tmp_path.glob(".phoneward-*"))


def test_a_disk_that_gives_back_something_else(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(vault, tmp_path, app(vault.repo, data(vault.repo, file(vault.repo, b"a"))))
    monkeypatch.setattr(into_folder, "_digest", lambda _path: b"")
    with pytest.raises(BackupFileUnwritableError):
        write_backup_file(vault.repo, plan)
    assert not plan.target.exists()
    assert not list(tmp_path.glob(".phoneward-*"))


def test_a_relative_name(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan = plan_of(vault, tmp_path, app(vault.repo, data(vault.repo, file(vault.repo, b"a"))))
    plan.target = Path("here.ab")
    write_backup_file(vault.repo, plan)
    assert zlib.decompress((tmp_path / "here.ab").read_bytes()[len(HEADER) :])


def test_many_names_are_counted_and_some_named(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NAMED", 5)
    links = [Node(name=b"%03d" % n, type="symlink", linktarget=b"x") for n in range(300)]
    plan = plan_of(vault, tmp_path, app(vault.repo, data(vault.repo, *links, file(vault.repo, b"a"))))
    assert (len(plan.left_out), plan.left_out_count) == (5, 300)


def test_memory_does_not_grow_with_the_data(vault: Vault, tmp_path: Path) -> None:
    """Written piece by piece: a file of 200 MB (the same blob again and again) costs a few of its pieces."""
    import tracemalloc

    repo = vault.repo
    blob = put(repo, BlobType.DATA, bytes(1 << 20))
    big = Node(name=b"big", type="file", size=200 << 20, content=(blob,) * 200)
    plan = plan_of(vault, tmp_path, app(repo, data(repo, big)))
    tracemalloc.start()
    write_backup_file(repo, plan)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 << 20
    assert (plan.written_bytes or 0) < 1 << 20
