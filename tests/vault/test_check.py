import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.progress import Advanced, Event, PhaseDone, PhaseStarted
from phoneward.vault.blobs import BlobId, BlobType, FileId, FileType
from phoneward.vault.check import check
from phoneward.vault.check_data import Amount, Part, Percentage, parse_subset
from phoneward.vault.check_report import ProblemKind
from phoneward.vault.errors import StorageError, SubsetError
from phoneward.vault.index import IndexedPack, encode_index
from phoneward.vault.nodes import Node
from phoneward.vault.packs import PackEntry
from phoneward.vault.repository import Repository, init_repository, open_repository
from phoneward.vault.snapshot_files import Snapshot, save_snapshot
from phoneward.vault.storage.local import LocalStorage
from phoneward.vault.trees import encode_tree
from tests.vault.cheap import insecure_test_cost


class Made:
    """A repository with a snapshot or several, and ways to spoil it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repo = init_repository(LocalStorage(path), "x", kdf=insecure_test_cost())

    def data(self, *pieces: bytes) -> tuple[BlobId, ...]:
        with self.repo.writer() as writer:
            ids = tuple(writer.put(BlobType.DATA, piece).result() for piece in pieces)
            writer.flush()
        return ids

    def tree(self, *nodes: Node) -> BlobId:
        return self.raw_tree(encode_tree(nodes))

    def raw_tree(self, text: bytes) -> BlobId:
        with self.repo.writer() as writer:
            tree = writer.put(BlobType.TREE, text).result()
            writer.flush()
        return tree

    def snapshot(self, tree: BlobId) -> FileId:
        return save_snapshot(self.repo, Snapshot(time_ns=1, tree=tree, paths=("/phone",)))

    def files(self, file_type: FileType) -> list[Path]:
        return sorted(p for p in (self.path / file_type.value).rglob("*") if p.is_file())

    def reopened(self) -> Repository:
        return open_repository(LocalStorage(self.path), "x")

    def kinds(self, *, read_data: bool | str = False) -> set[ProblemKind]:
        report = check(self.reopened(), read_data=read_data)
        assert report.error_count == len(report.errors)
        for problem in report.errors + report.hints:
            assert problem.sentence
            assert problem.file.split("/")[0] in {kind.value for kind in FileType}
        return {problem.kind for problem in report.errors}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A sound repository: one folder in another, three files."""
    sound = Made(tmp_path / "repo")
    first, second = sound.data(random.Random(1).randbytes(200_000), b"short")
    inner = sound.tree(Node(name=b"f", type="file", size=5, content=(second,)))
    top = sound.tree(
        Node(name=b"big", type="file", size=200_005, content=(first, second)),
        Node(name=b"d", type="dir", subtree=inner),
        Node(name=b"e", type="dir", subtree=inner),
        Node(name=b"empty", type="file", content=()),
        Node(name=b"fifo", type="fifo"),
        Node(name=b"l", type="symlink", linktarget=b"x"),
    )
    sound.snapshot(top)
    return sound


def _overwrite(path: Path, change: Callable[[bytearray], object]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.chmod(0o600)
    path.write_bytes(data)


def _flip(path: Path, position: int = 100) -> None:
    def change(data: bytearray) -> None:
        data[position % len(data)] ^= 0x20

    _overwrite(path, change)


def test_a_sound_repository(made: Made) -> None:
    events: list[Event] = []
    report = check(made.reopened(), read_data=True, listener=events.append)
    assert report.ok
    assert not report.errors + report.hints
    assert (report.snapshots, report.trees, report.files, report.blobs) == (1, 2, 3, 4)
    assert report.packs == report.packs_read == len(made.files(FileType.PACK))
    assert report.bytes_read == sum(path.stat().st_size for path in made.files(FileType.PACK))
    assert events[0] == PhaseStarted("check")
    assert PhaseStarted("read-data", report.packs, report.bytes_read) in events
    assert events[-1] == PhaseDone("read-data", report.packs, report.bytes_read)
    assert Advanced("read-data", report.packs, report.bytes_read) in events


def test_an_empty_repository(tmp_path: Path) -> None:
    assert check(Made(tmp_path / "r").reopened(), read_data=True).ok


def test_a_flipped_bit_anywhere_in_a_pack_is_found_by_reading(made: Made) -> None:
    for pack in made.files(FileType.PACK):
        sound = pack.read_bytes()
        for position in {0, 20, len(sound) // 2, len(sound) - 40, len(sound) - 3, len(sound) - 1}:
            _flip(pack, position)
            report = check(made.reopened(), read_data=True)
            assert f"data/{pack.name}" in {problem.file for problem in report.errors if problem.path is None}
            pack.write_bytes(sound)
    assert made.kinds(read_data=True) == set()


def test_damaged_pieces_are_counted(made: Made) -> None:
    pack = max(made.files(FileType.PACK), key=lambda path: path.stat().st_size)
    _flip(pack)
    problems = check(made.reopened(), read_data=True).errors
    assert [problem.kind for problem in problems] == [ProblemKind.PACK_DAMAGED] * 2
    assert "1 damaged piece:" in problems[0].sentence
    assert check(made.reopened()).ok  # not looked at without reading


@pytest.mark.parametrize(
    ("file_type", "expected"),
    [
        (FileType.INDEX, {ProblemKind.INDEX_DAMAGED}),
        (FileType.SNAPSHOT, {ProblemKind.SNAPSHOT_DAMAGED}),
    ],
)
def test_flipped_bits_in_other_files(made: Made, file_type: FileType, expected: set[ProblemKind]) -> None:
    for path in made.files(file_type):
        _flip(path)
    assert made.kinds() >= expected


def test_a_garbage_file_with_a_good_name(made: Made) -> None:
    (made.path / "snapshots" / ("ab" * 32)).write_bytes(b"")
    report = check(made.reopened())
    assert [problem.kind for problem in report.errors] == [ProblemKind.SNAPSHOT_DAMAGED]
    assert report.snapshots == 1
    assert "ababab" in report.errors[0].file


def test_missing_and_short_packs(made: Made) -> None:
    packs = made.files(FileType.PACK)
    _overwrite(packs[0], lambda data: data.pop())
    assert ProblemKind.PACK_SIZE in made.kinds()
    packs[0].unlink()
    report = check(made.reopened(), read_data=True)
    assert [p.kind for p in report.errors if p.file == f"data/{packs[0].name}"] == [ProblemKind.PACK_MISSING]


def test_a_lost_index_makes_its_packs_orphans_and_its_blobs_missing(made: Made) -> None:
    for index in made.files(FileType.INDEX):
        index.unlink()
    report = check(made.reopened())
    assert report.orphan_packs == report.hint_count == len(made.files(FileType.PACK))
    assert {problem.kind for problem in report.errors} == {ProblemKind.TREE_DAMAGED}
    assert report.errors[0].path == b"/"


def test_a_missing_blob_is_named_with_its_file(made: Made) -> None:
    made.snapshot(made.tree(Node(name=b"x\n", type="file", size=9, content=(BlobId(b"\1" * 32),))))
    (problem,) = check(made.reopened()).errors
    assert problem.kind is ProblemKind.BLOB_MISSING
    assert problem.path == b"/x\n"
    assert r"1 of 1 pieces of the file /x\x0a" in problem.sentence


def test_a_lie_about_a_size_is_found_which_restic_never_looks_at(made: Made) -> None:
    (blob,) = made.data(b"abc")
    inner = made.tree(Node(name=b"liar", type="file", size=4, content=(blob,)))
    made.snapshot(made.tree(Node(name=b"d", type="dir", subtree=inner)))
    (problem,) = check(made.reopened()).errors
    assert (problem.kind, problem.path) == (ProblemKind.SIZE_WRONG, b"/d/liar")
    assert "4 bytes long, but its pieces have 3" in problem.sentence


@pytest.mark.parametrize(
    "node",
    [
        Node(name=b"a", type="file", content=None),
        Node(name=b"a", type="dir"),
        Node(name=b"a", type="irregular"),
        Node(name=b"a", type=""),
    ],
)
def test_nodes_that_make_no_sense(made: Made, node: Node) -> None:
    made.snapshot(made.tree(node))
    assert made.kinds() == {ProblemKind.NODE_WRONG}


@pytest.mark.parametrize("name", [b"..", b"a/b", b"/etc/x"])
def test_names_that_no_file_can_have(made: Made, name: bytes) -> None:
    made.snapshot(made.raw_tree(encode_tree([Node(name=b"PLACE", type="symlink")]).replace(b"PLACE", name)))
    assert made.kinds() == {ProblemKind.NODE_WRONG}


def test_content_that_points_to_a_tree_and_the_other_way_round(made: Made) -> None:
    tree = made.tree()
    (data,) = made.data(b"no tree")
    made.snapshot(made.tree(
        Node(name=b"a", type="file", size=13, content=(tree,)), Node(name=b"b", type="dir", subtree=data)
    ))  # fmt: skip
    assert made.kinds() == {ProblemKind.BLOB_MISSING, ProblemKind.TREE_DAMAGED}


def test_a_tree_that_unfolds_into_billions_is_visited_once(made: Made) -> None:
    tree = made.tree()
    for _level in range(60):
        tree = made.tree(Node(name=b"a", type="dir", subtree=tree), Node(name=b"b", type="dir", subtree=tree))
    made.snapshot(tree)
    report = check(made.reopened())
    assert report.ok
    assert report.trees == 63


def _index_of(made: Made) -> dict[FileId, list[PackEntry]]:
    repo = made.reopened()
    repo.load_index()
    return {pack.pack: list(pack.entries) for pack in repo.index.by_pack()}


def test_one_pack_in_two_index_files(made: Made) -> None:
    name, entries = next((n, e) for n, e in _index_of(made).items() if len(e) > 1 or e[0].type is BlobType.TREE)
    made.repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(name, entries)]))
    report = check(made.reopened(), read_data=True)
    assert report.ok
    assert [hint.kind for hint in report.hints] == [ProblemKind.PACK_TWICE]
    shifted = [PackEntry(e.type, e.id, e.offset + 1, e.length, e.uncompressed_length) for e in entries]
    made.repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(name, shifted)]))
    assert made.kinds() == {ProblemKind.PACK_SPLIT, ProblemKind.INDEX_WRONG}
    assert made.kinds(read_data=True) >= {ProblemKind.PACK_SPLIT, ProblemKind.PACK_DAMAGED}


def test_an_index_that_describes_blobs_otherwise_than_the_pack(made: Made) -> None:
    packs = _index_of(made)
    for index in made.files(FileType.INDEX):
        index.unlink()
    lying = [
        IndexedPack(
            name,
            [PackEntry(e.type, BlobId(os.urandom(32)), e.offset, e.length, e.uncompressed_length) for e in entries],
        )
        for name, entries in packs.items()
    ]
    honest = [IndexedPack(name, entries) for name, entries in packs.items()]
    made.repo.save_unpacked(FileType.INDEX, encode_index(honest[:-1] + lying[-1:]))
    report = check(made.reopened(), read_data=True)
    assert any("describes the pack" in problem.sentence for problem in report.errors)


def test_a_pack_of_data_and_trees_is_a_hint(made: Made) -> None:
    name = FileId("cd" * 32)
    entries = [
        PackEntry(BlobType.DATA, BlobId(b"\1" * 32), 0, 40), PackEntry(BlobType.TREE, BlobId(b"\2" * 32), 40, 40),
    ]  # fmt: skip
    made.repo.save_unpacked(FileType.INDEX, encode_index([IndexedPack(name, entries)]))
    report = check(made.reopened())
    assert [hint.kind for hint in report.hints] == [ProblemKind.PACK_MIXED]
    assert [error.kind for error in report.errors] == [ProblemKind.PACK_MISSING]


def test_the_index_in_memory_does_not_hide_a_lost_one(made: Made) -> None:
    repo = made.reopened()
    repo.load_index()
    for index in made.files(FileType.INDEX):
        index.unlink()
    assert not check(repo).ok


def test_a_repository_that_cannot_be_reached_is_no_damage(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = made.reopened()
    load = type(repo.storage).load

    def failing(
        self: LocalStorage, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None
    ) -> bytes:
        if file_type is FileType.PACK:
            raise StorageError(path="p", detail="d")
        return load(self, file_type, name, offset, length)

    monkeypatch.setattr(LocalStorage, "load", failing)
    with pytest.raises(StorageError):
        check(repo)


def test_many_errors_are_counted_and_some_kept(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.vault.check_report.MAX_NAMED", 3)
    made.snapshot(made.tree(*(Node(name=b"%d" % i, type="odd") for i in range(10))))
    report = check(made.reopened())
    assert (report.error_count, len(report.errors)) == (10, 3)
    assert not report.ok


@pytest.mark.parametrize(
    ("text", "subset"),
    [
        ("1/5", Part(1, 5)), (" 256/256 ", Part(256, 256)), ("10%", Percentage(10)), ("2.5%", Percentage(2.5)),
        ("100%", Percentage(100)), ("500M", Amount(500 << 20)), ("3k", Amount(3072)), ("7", Amount(7)),
        ("1T", Amount(1 << 40)),
    ],
)  # fmt: skip
def test_subsets_are_written_as_for_restic(text: str, subset: object) -> None:
    assert parse_subset(text) == subset


@given(st.text(max_size=20) | st.from_regex(r"[0-9/%.KMGT-]{0,8}", fullmatch=True))
def test_any_text_is_a_subset_or_refused(text: str) -> None:
    try:
        subset = parse_subset(text)
    except SubsetError:
        return
    sizes = {FileId(f"{i:02x}" + "0" * 62): 100 for i in range(0, 256, 5)}
    chosen = subset.choose(sizes, random.Random(1))
    assert set(chosen) <= set(sizes)
    assert len(set(chosen)) == len(chosen)


@pytest.mark.parametrize(
    "text", ["", "0/5", "6/5", "1/257", "0%", "101%", "-1%", "0", "5X", "1/0", "nan%", "٣%", "1e9"]
)
def test_odd_subsets_are_refused(text: str) -> None:
    with pytest.raises(SubsetError):
        parse_subset(text)


def test_parts_together_are_the_whole_and_shares_have_their_size() -> None:
    sizes = {FileId(os.urandom(32).hex()): 16 << 20 for _ in range(500)}
    parts = [set(Part(number, 7).choose(sizes, random.Random(1))) for number in range(1, 8)]
    assert set().union(*parts) == set(sizes)
    assert sum(map(len, parts)) == len(sizes)
    assert len(Percentage(10).choose(sizes, random.Random(1))) == 50
    assert len(Percentage(0.001).choose(sizes, random.Random(1))) == 1
    assert len(Amount(160 << 20).choose(sizes, random.Random(1))) == 10
    assert len(Amount(1 << 50).choose(sizes, random.Random(1))) == 500
    assert Percentage(50).choose({}, random.Random(1)) == []


def test_a_subset_is_all_that_is_read(made: Made) -> None:
    report = check(made.reopened(), read_data="1%")
    assert (report.packs_read, report.packs) == (1, len(made.files(FileType.PACK)))
