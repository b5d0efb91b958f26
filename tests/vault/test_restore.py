import errno
import hashlib
import os
import stat
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.progress import Advanced, Event, Notice, PhaseDone, PhaseStarted
from phoneward.vault import restore_target
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import (
    DamagedError,
    NotEnoughSpaceError,
    PathNotFoundError,
    RestoreTargetError,
    StorageError,
    TooManyFilesError,
)
from phoneward.vault.nodes import Node, NodeType, is_safe_name
from phoneward.vault.restore import restore_tree
from phoneward.vault.restore_report import Existing, IssueKind, RestoreReport
from phoneward.vault.safe_names import MACOS, WINDOWS
from tests.vault.blobstore import MTIME_NS, BlobStore, symlink
from tests.vault.walker import walk


def _raw_tree(store: BlobStore, *nodes: Node) -> BlobId:
    """A tree with names our writer refuses."""
    texts = []
    for i, node in enumerate(sorted(nodes, key=lambda n: n.name)):
        text = store.blobs[BlobType.TREE, store.put_tree([_renamed(node, b"PLACE%d" % i)])]
        texts.append(text[10:-3].replace(b"PLACE%d" % i, node.name.replace(b"\0", rb"\\x00")))
    return store.put(BlobType.TREE, b'{"nodes":[' + b",".join(texts) + b"]}\n")


def _renamed(node: Node, name: bytes) -> Node:
    return Node(**{field: getattr(node, field) for field in Node.__struct_fields__} | {"name": name})


def _kinds(report: RestoreReport) -> dict[bytes, IssueKind]:
    return {issue.path: issue.kind for issue in report.issues}


@pytest.fixture(params=["descriptors", "paths"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to reach a folder: by descriptors (Linux, macOS) and by checked paths (Windows)."""
    way: str = request.param
    if way == "paths":
        monkeypatch.setattr(restore_target, "HAS_DESCRIPTORS", False)
        monkeypatch.setattr(restore_target, "_BY_DESCRIPTOR", False)
    return way


@pytest.fixture
def store() -> BlobStore:
    return BlobStore()


@pytest.fixture
def sample(store: BlobStore) -> BlobId:
    return store.put_tree(
        [
            store.folder(
                b"shared",
                store.folder(
                    b"DCIM", store.file(b"a.jpg", b"A" * 10, b"B" * 5), store.file(b"b.jpg", permissions=0o400)
                ),
                store.file(b"\xff\n\xf0\x9f\x98\x80", b"odd"),
                symlink(b"link", b"DCIM/a.jpg"),
                permissions=0o2750,
            ),
            store.folder(b"records", store.file(b"sms.xml", b"<sms/>")),
            store.file(b"device.json", b"{}"),
        ]
    )


def test_everything_comes_back_with_modes_and_times(store: BlobStore, sample: BlobId, tmp_path: Path) -> None:
    events: list[Event] = []
    report = restore_tree(store, sample, tmp_path / "new" / "t", listener=events.append)
    found = walk(tmp_path / "new" / "t")
    assert set(found) == {
        b"shared", b"shared/DCIM", b"shared/DCIM/a.jpg", b"shared/DCIM/b.jpg", b"shared/\xff\n\xf0\x9f\x98\x80",
        b"shared/link", b"records", b"records/sms.xml", b"device.json",
    }  # fmt: skip
    assert {entry.mtime_ns for entry in found.values()} == {MTIME_NS}
    assert found[b"shared"].mode == 0o2750, "Android's shared folders are setgid"
    assert found[b"shared/DCIM/b.jpg"].mode == 0o400
    assert (found[b"shared/link"].kind, found[b"shared/link"].content) == ("link", b"DCIM/a.jpg")
    assert (tmp_path / "new/t/shared/DCIM/a.jpg").read_bytes() == b"A" * 10 + b"B" * 5
    assert report.complete
    assert (report.files, report.folders, report.links, report.bytes_restored) == (5, 3, 1, 26)
    assert events[0] == PhaseStarted("restore", 5, 26)
    assert events[-1] == PhaseDone("restore", 5, 26)
    steps = [(e.files_done, e.bytes_done) for e in events if isinstance(e, Advanced)]
    assert steps == sorted(steps)


def test_a_dry_run_says_the_same_and_writes_nothing(store: BlobStore, sample: BlobId, tmp_path: Path) -> None:
    planned = restore_tree(store, sample, tmp_path / "t", dry_run=True)
    assert list(tmp_path.iterdir()) == []
    done = restore_tree(store, sample, tmp_path / "t")
    assert (planned.files, planned.folders, planned.links, planned.bytes_restored) == (5, 3, 1, 26)
    assert (done.files, done.folders, done.links, done.bytes_restored) == (5, 3, 1, 26)
    before = walk(tmp_path)
    again = restore_tree(store, sample, tmp_path / "t", dry_run=True, existing=Existing.REPLACE)
    assert (again.files, again.folders, again.already_there) == (0, 0, 6)
    assert walk(tmp_path) == before


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ([b"/shared/DCIM"], {b"shared", b"shared/DCIM", b"shared/DCIM/a.jpg", b"shared/DCIM/b.jpg"}),
        (
            [b"shared/DCIM/a.jpg", b"/records/"],
            {b"shared", b"shared/DCIM", b"shared/DCIM/a.jpg", b"records", b"records/sms.xml"},
        ),
        ([b"/records", b"/records/sms.xml"], {b"records", b"records/sms.xml"}),
        ([b"/records/sms.xml", b"/records"], {b"records", b"records/sms.xml"}),
        ([b"/shared/link"], {b"shared", b"shared/link"}),
    ],
)  # fmt: skip
def test_parts(store: BlobStore, sample: BlobId, tmp_path: Path, include: list[bytes], expected: set[bytes]) -> None:
    report = restore_tree(store, sample, tmp_path, include=include)
    assert set(walk(tmp_path)) == expected
    assert report.complete


def test_the_root_included_is_everything(store: BlobStore, sample: BlobId, tmp_path: Path) -> None:
    assert restore_tree(store, sample, tmp_path, include=[b"/records", b"/"]).files == 5


@pytest.mark.parametrize("path", [b"/nothing", b"/shared/../records", b"/device.json/x", b"/shared/link/x"])
def test_parts_that_are_not_there_are_told_before_anything_is_written(
    store: BlobStore, sample: BlobId, tmp_path: Path, path: bytes
) -> None:
    with pytest.raises(PathNotFoundError):
        restore_tree(store, sample, tmp_path / "t", include=[b"/records", path])
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over_unless_asked(store: BlobStore, sample: BlobId, tmp_path: Path) -> None:
    (tmp_path / "shared" / "DCIM").mkdir(parents=True)
    (tmp_path / "shared" / "DCIM" / "a.jpg").write_bytes(b"mine")
    (tmp_path / "shared" / "link").symlink_to("elsewhere")
    (tmp_path / "device.json").write_bytes(b"{}")
    os.utime(tmp_path / "device.json", ns=(5, 5))
    kept_mode = (tmp_path / "shared").stat().st_mode
    planned = restore_tree(store, sample, tmp_path, dry_run=True)
    report = restore_tree(store, sample, tmp_path)
    assert _kinds(report) == {b"/shared/DCIM/a.jpg": IssueKind.KEPT, b"/shared/link": IssueKind.KEPT}
    assert _kinds(planned) == _kinds(report)
    assert (planned.files, planned.already_there) == (report.files, report.already_there)
    assert not report.complete
    assert report.already_there == 1
    assert (tmp_path / "device.json").stat().st_mtime_ns == 5
    assert (tmp_path / "shared").stat().st_mode == kept_mode
    assert (tmp_path / "shared" / "DCIM" / "a.jpg").read_bytes() == b"mine"

    report = restore_tree(store, sample, tmp_path, existing=Existing.REPLACE)
    assert report.complete
    assert (report.files, report.links, report.replaced, report.already_there) == (1, 1, 2, 4)
    assert (tmp_path / "shared" / "DCIM" / "a.jpg").read_bytes() == b"A" * 10 + b"B" * 5
    assert (tmp_path / "shared" / "link").readlink() == Path("DCIM/a.jpg")
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o2750


def test_same_size_other_content_is_another_file(store: BlobStore, tmp_path: Path) -> None:
    top = store.put_tree([store.file(b"f", b"abc", b"def")])
    (tmp_path / "f").write_bytes(b"abcdeg")
    assert _kinds(restore_tree(store, top, tmp_path)) == {b"/f": IssueKind.KEPT}


def test_folders_and_files_in_each_others_place_stay(store: BlobStore, tmp_path: Path) -> None:
    top = store.put_tree([store.file(b"f", b"x"), store.folder(b"d", store.file(b"x")), symlink(b"l", b"x")])
    (tmp_path / "f").mkdir()
    (tmp_path / "d").write_bytes(b"mine")
    (tmp_path / "l").mkdir()
    for existing in Existing:
        report = restore_tree(store, top, tmp_path, existing=existing)
        assert _kinds(report) == dict.fromkeys([b"/f", b"/d", b"/l"], IssueKind.IN_THE_WAY)
    assert (tmp_path / "d").read_bytes() == b"mine"


@pytest.mark.parametrize("existing", list(Existing))
def test_a_link_in_the_target_is_never_gone_through(store: BlobStore, tmp_path: Path, existing: Existing) -> None:
    target, outside = tmp_path / "t", tmp_path / "outside"
    target.mkdir()
    outside.mkdir()
    first = store.put_tree([symlink(b"d", os.fsencode(outside)), symlink(b"f", os.fsencode(outside / "new"))])
    assert restore_tree(store, first, target).complete
    second = store.put_tree([store.folder(b"d", store.file(b"stolen", b"x")), store.file(b"f", b"y")])
    report = restore_tree(store, second, target, existing=existing)
    assert list(outside.iterdir()) == []
    assert _kinds(report)[b"/d"] is IssueKind.IN_THE_WAY
    if existing is Existing.REPLACE:
        assert (target / "f").read_bytes() == b"y"
        assert not (target / "f").is_symlink()
    else:
        assert _kinds(report)[b"/f"] is IssueKind.KEPT


def test_a_folder_swapped_for_a_link_while_restoring_is_not_gone_through(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, outside = tmp_path / "t", tmp_path / "outside"
    outside.mkdir()
    top = store.put_tree([store.folder(b"d", store.folder(b"e", store.file(b"f", b"x")))])
    enter = restore_target.TargetFolder.enter

    def swapping(self: restore_target.TargetFolder, name: bytes, **options: bool) -> Any:
        entered = enter(self, name, **options)
        if name == b"d":
            (target / "d").rename(tmp_path / "moved")
            (target / "d").symlink_to(outside)
        return entered

    monkeypatch.setattr(restore_target.TargetFolder, "enter", swapping)
    monkeypatch.setattr(restore_target, "MAX_OPEN_FOLDERS", 0)
    report = restore_tree(store, top, target)
    assert list(outside.iterdir()) == []
    assert not report.complete or (tmp_path / "moved" / "e" / "f").exists()


@pytest.mark.parametrize("name", [b"..", b".", b"/etc/x", b"../x", b"a/../../x", b"a\0b", b"d/f"])
def test_names_that_lead_elsewhere_are_left_out_and_named(store: BlobStore, tmp_path: Path, name: bytes) -> None:
    target = tmp_path / "a" / "t"
    top = _raw_tree(store, store.file(b"safe", b"x"), _renamed(store.file(b"x", b"evil"), name))
    report = restore_tree(store, top, target)
    assert set(walk(tmp_path)) == {b"a", b"a/t", b"a/t/safe"}
    assert _kinds(report) == {b"/" + name: IssueKind.UNSAFE_NAME}
    assert "\0" not in report.issues[0].sentence()
    evil_folder = _raw_tree(store, _renamed(store.folder(b"x", store.file(b"f", b"evil")), name))
    assert restore_tree(store, evil_folder, tmp_path / "b").counts == {IssueKind.UNSAFE_NAME: 1}
    assert list((tmp_path / "b").iterdir()) == []


def test_special_files_and_unknown_kinds_are_left_out_and_named(store: BlobStore, tmp_path: Path) -> None:
    kinds = [NodeType.DEVICE, NodeType.CHARACTER_DEVICE, NodeType.FIFO, NodeType.SOCKET]
    nodes = [Node(name=bytes([97 + i]), type=kind, device=259) for i, kind in enumerate(kinds)]
    top = store.put_tree([*nodes, Node(name=b"z", type="irre\x1bgular")])
    report = restore_tree(store, top, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert report.counts == {IssueKind.SPECIAL: 4, IssueKind.UNKNOWN_TYPE: 1}
    assert r"irre\x1bgular" in report.issues[-1].sentence()


def test_no_program_with_more_rights_is_planted(store: BlobStore, tmp_path: Path) -> None:
    top = store.put_tree([store.file(b"su", b"x", permissions=0o6755), store.folder(b"d", permissions=0o7777)])
    restore_tree(store, top, tmp_path)
    assert {stat.S_IMODE(os.lstat(path).st_mode) for path in tmp_path.iterdir()} == {0o755, 0o3777}


def test_lies_and_losses_are_named_and_the_rest_is_restored(store: BlobStore, tmp_path: Path) -> None:
    tree_as_data = store.put_tree([])
    top = store.put_tree(
        [
            store.file(b"liar", b"abc", size=5),
            Node(name=b"gone", type="file", size=3, content=(BlobId(b"\1" * 32),)),
            Node(name=b"null", type="file", size=3),
            Node(name=b"tree-as-data", type="file", size=13, content=(tree_as_data,)),
            Node(name=b"no-list", type="dir"),
            Node(name=b"bad-list", type="dir", subtree=store.put(BlobType.TREE, b"[]")),
            store.file(b"good", b"x"),
        ]
    )
    report = restore_tree(store, top, tmp_path)
    assert (tmp_path / "good").read_bytes() == b"x"
    assert {path for path, entry in walk(tmp_path).items() if entry.kind == "file"} == {b"good"}
    assert set(_kinds(report).values()) == {IssueKind.FAILED}
    assert set(_kinds(report)) == {b"/liar", b"/gone", b"/null", b"/tree-as-data", b"/no-list", b"/bad-list"}
    assert "5 bytes long, but 3" in next(i.sentence() for i in report.issues if i.path == b"/liar")


class Broken(BlobStore):
    """Fails when a certain blob is loaded."""

    failure: Exception
    broken: BlobId

    def load_blob(self, blob_type: BlobType, blob_id: BlobId) -> bytes:
        if blob_id == self.broken:
            raise self.failure
        return super().load_blob(blob_type, blob_id)


def test_a_file_that_breaks_off_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = Broken()
    node = store.file(b"f", b"a" * 100, b"b" * 100, b"c" * 100)
    top = store.put_tree([node, store.file(b"g", b"x")])
    store.broken, store.failure = (node.content or ())[2], DamagedError(name="data/x", problem="p.")
    (tmp_path / "f").write_bytes(b"older")
    report = restore_tree(store, top, tmp_path, existing=Existing.REPLACE)
    assert set(walk(tmp_path)) == {b"f", b"g"}
    assert (tmp_path / "f").read_bytes() == b"older"
    assert _kinds(report) == {b"/f": IssueKind.FAILED}


def test_a_lost_repository_ends_the_restore(tmp_path: Path) -> None:
    store = Broken()
    nodes = [store.file(b"%03d" % i, b"x" * 50_000 + b"%d" % i) for i in range(500)]
    top = store.put_tree(nodes)
    store.broken, store.failure = (nodes[3].content or ())[0], StorageError(path="p", detail="d")
    before = threading.active_count()
    with pytest.raises(StorageError):
        restore_tree(store, top, tmp_path)
    assert threading.active_count() == before
    assert not list(tmp_path.glob(".*"))


def test_folders_are_finished_deepest_first(store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that nobody may enter any more is not entered any more (root, who may, cannot see the difference)."""
    finished = []
    finish = restore_target.TargetFolder.finish

    def recording(self: restore_target.TargetFolder, permissions: int, mtime_ns: int) -> None:
        finished.append(os.path.basename(self.path))
        finish(self, permissions, mtime_ns)

    monkeypatch.setattr(restore_target.TargetFolder, "finish", recording)
    top = store.put_tree([store.folder(b"a", store.folder(b"b", store.folder(b"c"), permissions=0), permissions=0)])
    assert restore_tree(store, top, tmp_path).complete
    assert finished == [b"c", b"b", b"a"]
    (tmp_path / "a").chmod(0o700)
    (tmp_path / "a" / "b").chmod(0o700)


def test_folders_are_finished_even_when_it_breaks_off(tmp_path: Path) -> None:
    store = Broken()
    top = store.put_tree([store.folder(b"d", store.file(b"a", b"1"), store.file(b"b", b"2"), permissions=0o755)])
    store.broken, store.failure = BlobId(hashlib.sha256(b"2").digest()), StorageError(path="p", detail="d")
    with pytest.raises(StorageError):
        restore_tree(store, top, tmp_path)
    status = (tmp_path / "d").stat()
    assert (status.st_mtime_ns, stat.S_IMODE(status.st_mode)) == (MTIME_NS, 0o755)


def test_a_full_disk_ends_the_restore(store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("phoneward.vault.restore_files.os.write", full)
    with pytest.raises(RestoreTargetError, match="space"):
        restore_tree(store, store.put_tree([store.file(b"f", b"x")]), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_fit_is_refused_before(store: BlobStore, tmp_path: Path) -> None:
    top = store.put_tree([store.file(b"f", b"x", size=2**60)])
    with pytest.raises(NotEnoughSpaceError, match=str(2**60)):
        restore_tree(store, top, tmp_path / "t")
    assert list(tmp_path.iterdir()) == []


def test_a_small_tree_that_unfolds_into_billions_is_refused(store: BlobStore, tmp_path: Path) -> None:
    tree = store.put_tree([store.file(b"f")])
    for _level in range(100):
        tree = store.put_tree(Node(name=name, type=NodeType.DIR, subtree=tree) for name in (b"a", b"b"))
    for include in ([], [b"/a"]):
        with pytest.raises(TooManyFilesError):
            restore_tree(store, tree, tmp_path / "t", include=include)
    assert list(tmp_path.iterdir()) == []


def test_deep_folders_do_not_run_out_of_descriptors_or_path(store: BlobStore, tmp_path: Path, way: str) -> None:
    node = store.file(b"f", b"deep")
    for _level in range(420):
        node = store.folder(b"d" * 10, node)
    report = restore_tree(store, store.put_tree([node]), tmp_path)
    if way == "descriptors":
        assert report.complete
        assert (report.files, report.folders) == (1, 420)
    else:
        assert report.counts == {IssueKind.FAILED: 1}  # named, not lost in silence
        assert report.folders > 300


def test_a_target_that_cannot_be_used_is_explained(store: BlobStore, sample: BlobId, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(RestoreTargetError):
            restore_tree(store, sample, target)


def test_a_link_to_the_target_is_what_the_person_named(store: BlobStore, sample: BlobId, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "t").symlink_to("real")
    assert restore_tree(store, sample, tmp_path / "t").complete
    assert (tmp_path / "real" / "device.json").exists()


@pytest.mark.parametrize("rules", [MACOS, WINDOWS])
def test_names_another_system_cannot_hold_are_mapped_and_told(store: BlobStore, tmp_path: Path, rules: Any) -> None:
    top = store.put_tree(
        [
            store.folder(
                b"d\xff", store.file(b"Photo.jpg", b"1"), store.file(b"photo.jpg", b"2"), store.file(b"p", b"3")
            ),
        ]
    )
    notices: list[Event] = []
    report = restore_tree(store, top, tmp_path, rules=rules, listener=notices.append)
    assert report.complete
    assert report.counts == {IssueKind.RENAMED: 2}
    contents = {(tmp_path / "d%FF" / name).read_bytes() for name in os.listdir(tmp_path / "d%FF")}
    assert contents == {b"1", b"2", b"3"}
    assert any(isinstance(n, Notice) and "d%FF" in n.sentence for n in notices)
    again = restore_tree(store, top, tmp_path, rules=rules, include=[b"/d\xff/photo.jpg"])
    assert again.already_there == 1  # the same name in a part as in the whole


def test_holes_stay_holes(store: BlobStore, tmp_path: Path) -> None:
    zeros = bytes(8 << 20)
    restore_tree(store, store.put_tree([store.file(b"f", b"x", zeros, b"y", zeros)]), tmp_path)
    assert (tmp_path / "f").read_bytes() == b"x" + zeros + b"y" + zeros
    if sys.platform != "win32":
        assert (tmp_path / "f").stat().st_blocks * 512 < 4 << 20


def test_many_pieces_come_in_order(store: BlobStore, tmp_path: Path) -> None:
    pieces = [os.urandom(1 << 18) for _ in range(200)]
    restore_tree(store, store.put_tree([store.file(b"f", *pieces), store.file(b"g", *reversed(pieces))]), tmp_path)
    assert (tmp_path / "f").read_bytes() == b"".join(pieces)
    assert (tmp_path / "g").read_bytes() == b"".join(reversed(pieces))


def test_times_no_file_system_holds_do_not_stop_it(store: BlobStore, tmp_path: Path) -> None:
    top = store.put_tree([Node(name=b"f", type="file", mtime_ns=253_402_300_799 * 10**9, content=(), mode=0o600),
                          Node(name=b"l", type="symlink", mtime_ns=-(10**20), linktarget=b"x")])  # fmt: skip
    report = restore_tree(store, top, tmp_path)
    assert report.complete
    assert set(walk(tmp_path)) == {b"f", b"l"}


def _random_tree(store: BlobStore, shape: object, expected: dict[bytes, bytes | None], path: bytes) -> BlobId:
    assert isinstance(shape, dict)
    nodes = []
    for name, below in shape.items():
        here = path + name
        if isinstance(below, dict):
            expected[here] = None
            subtree = _random_tree(store, below, expected, here + b"/")
            nodes.append(Node(name=name, type="dir", mode=0o755, mtime_ns=MTIME_NS, subtree=subtree))
        else:
            expected[here] = hashlib.sha256(b"".join(below)).digest()
            nodes.append(store.file(name, *below))
    return store.put_tree(nodes)


_names = st.binary(min_size=1, max_size=12).filter(is_safe_name)
_pieces = st.lists(st.binary(min_size=1, max_size=30) | st.just(70_000).map(bytes), max_size=3)
_shapes = st.recursive(
    st.dictionaries(_names, _pieces, max_size=4),
    lambda below: st.dictionaries(_names, _pieces | below, max_size=4),
    max_leaves=6,
)


@given(_shapes)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_comes_back_as_an_independent_walker_sees_it(tmp_path: Path, shape: object) -> None:
    store = BlobStore()
    expected: dict[bytes, bytes | None] = {}
    top = _random_tree(store, shape, expected, b"")
    with tempfile.TemporaryDirectory(dir=tmp_path) as target:
        report = restore_tree(store, top, Path(target), durable=False)
        assert report.complete
        found = walk(target)
        assert {path: entry.content if entry.kind == "file" else None for path, entry in found.items()} == expected
        assert all(entry.mtime_ns == MTIME_NS for entry in found.values())
        again = restore_tree(store, top, Path(target), durable=False)
        assert (again.files, again.folders, again.already_there) == (0, 0, report.files)
