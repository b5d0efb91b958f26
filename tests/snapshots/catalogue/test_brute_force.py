"""Every answer of the catalogue, compared with the trees read one after the other."""

import fnmatch
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.snapshots import Catalogue, SnapshotKind
from phoneward.snapshots.catalogue import building
from phoneward.vault import Diff, Repository, load_tree
from tests.snapshots.catalogue.histories import (
    START_NS,
    File,
    Link,
    Tree,
    all_pages,
    expected,
    forget,
    new_repository,
    put_snapshot,
    row,
    truth,
)

NAMES = st.sampled_from(
    [b"a", b"B", b"a.jpg", b"IMG_2.JPG", b"IMG_10.jpg", b"new\nline", b"\xff\xfe", "报告.txt".encode(), b"x" * 40, b"*"]
)
FILES = st.builds(
    File,
    st.sampled_from([b"", b"one", b"two", b"three"]),
    st.sampled_from([START_NS, START_NS + 10**9, START_NS + 5 * 10**12, -5]),
)
LEAVES = st.one_of(FILES, st.builds(Link, st.sampled_from([b"a", b"\xff"])))
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.dictionaries(NAMES, LEAVES, max_size=4),
    lambda inner: st.dictionaries(NAMES, st.one_of(LEAVES, inner), max_size=4),
    max_leaves=8,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("snapshot"), TREES, st.integers(0, 9), st.sampled_from(["phone", "tablet"]), st.booleans()
        ),
        st.tuples(st.just("again"), st.integers(0, 20), st.integers(0, 9)),
        st.tuples(st.just("forget"), st.integers(0, 20)),
        st.tuples(st.just("build")),
        st.tuples(st.just("start"),),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip

QUERIES = ["a", "IMG", "jpg", "*", "?", "*.jpg", "img_*", "*_?.jpg", "x", "nothing", "报告", "\n", "i*g*"]


def _fits(query: str, name: bytes) -> bool:
    text = name.decode("utf-8", "surrogateescape").lower()
    wanted = query.lower()
    if "*" in wanted or "?" in wanted:
        return fnmatch.fnmatchcase(text, wanted)
    return wanted.strip() in text if wanted.strip() else False


@given(STEPS, st.data())
@settings(max_examples=30)
def test_search_and_versions(steps: list[Any], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        repo = new_repository(place / "vault")
        catalogue = Catalogue(repo, place / "cache")
        taken: list[Any] = []
        for step in steps:
            if step[0] == "start":
                catalogue = Catalogue(repo, place / "cache")
            elif step[0] == "build":
                assert catalogue.build()
                _compare(repo, catalogue)
            elif step[0] == "snapshot":
                _word, tree, day, device, partial = step
                taken.append(put_snapshot(repo, tree, day=day, device=device, partial=partial))
            elif step[0] == "again" and taken:
                old = taken[step[1] % len(taken)]
                taken.append(put_snapshot(repo, old.tree, day=step[2]))
            elif step[0] == "forget" and taken:
                forget(repo, taken.pop(step[1] % len(taken)).id)
        assert catalogue.build()
        _compare(repo, catalogue)
        _compare(repo, Catalogue(repo, place / "cache"))
        if taken:
            forget(repo, taken.pop(data.draw(st.integers(0, len(taken) - 1))).id)
            assert catalogue.state().is_whole
            _compare(repo, catalogue)


def _pages(catalogue: Catalogue, query: str) -> Callable[[int], Any]:
    return lambda number: catalogue.search(query, number, 3).page


def _changes(catalogue: Catalogue, before: Any, after: Any, group: str | None = None) -> Callable[[int], Any]:
    return lambda number: catalogue.differences(before, after, number, 2, group=group)[1]


def _compare(repo: Repository, catalogue: Catalogue) -> None:
    paths = truth(repo)
    for query in QUERIES:
        answer = [row(found) for found in all_pages(_pages(catalogue, query))]
        assert len(set(answer)) == len(answer)
        assert set(answer) == expected(paths, partial(_fits, query)), query
    only = {row(found) for found in all_pages(lambda n: catalogue.search("a", n, device="tablet").page)}
    assert only == {true for true in expected(paths, lambda name: _fits("a", name)) if true[0] == "tablet"}
    for (device, path), true in paths.items():
        (history,) = catalogue.versions(path, device=device)
        ours = [(v.type, v.size, v.mtime_ns, [s.snapshot.id for s in v.snapshots]) for v in history.versions]
        assert ours == true.versions(), path
        listed = catalogue.snapshots().select(device=device, kinds=frozenset({SnapshotKind.WHOLE}))
        holding = {info.snapshot.id for info, _node in true.held}
        if listed and listed[0].snapshot.id in holding:
            assert history.missing_in is None
        elif history.missing_in is not None:
            assert history.missing_in.snapshot.id not in holding
    assert catalogue.versions(b"/no/such") == []


@given(st.lists(TREES, min_size=2, max_size=5))
@settings(max_examples=15)
def test_small_memory_gives_the_same_answers(trees: list[Tree]) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        repo = new_repository(place / "vault")
        for day, tree in enumerate(trees):
            put_snapshot(repo, tree, day=day)
        was = building._IN_HAND, building._PACKED
        building._IN_HAND, building._PACKED = 1, 1  # type: ignore[misc]
        try:
            catalogue = Catalogue(repo, place / "cache")
            assert catalogue.build()
        finally:
            building._IN_HAND, building._PACKED = was  # type: ignore[misc]
        _compare(repo, catalogue)


@given(TREES, TREES)
@settings(max_examples=30)
def test_folders_and_differences(one: Tree, two: Tree) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        repo = new_repository(place / "vault")
        before, after = put_snapshot(repo, one), put_snapshot(repo, two, day=1)
        for catalogue in (Catalogue(repo, place / "cache"), Catalogue(repo, place / "cache")):
            _compare_folder(repo, catalogue, before, b"", before.tree)
            counts, _page = catalogue.differences(before, after)
            rows = all_pages(_changes(catalogue, before, after))
            changes = list(Diff(repo, before.tree, after.tree).changes())
            assert [(change.path, change.modifier) for change in rows] == [(c.path, c.modifier) for c in changes]
            for group, wanted in (("added", "+"), ("removed", "-")):
                some = all_pages(_changes(catalogue, before, after, group))
                assert [r.path for r in some] == [c.path for c in changes if c.modifier == wanted]
            assert counts.added + counts.removed + counts.changed == counts.shown == len(changes)


def _compare_folder(repo: Repository, catalogue: Catalogue, snapshot: Any, path: bytes, tree: Any) -> None:
    nodes = load_tree(repo, tree)
    rows = all_pages(lambda n: catalogue.browse(snapshot, path or b"/", n, 3).page)
    shown = [(r.name, r.path, r.type, r.size, r.mtime_ns, r.linktarget) for r in rows]
    assert sorted(shown) == [
        (n.name, path + b"/" + n.name, n.type, n.size if n.type == "file" else None, n.mtime_ns, n.linktarget)
        for n in nodes
    ]
    folders = [r.type == "dir" for r in rows]
    assert folders == sorted(folders, reverse=True)
    for node in nodes:
        if node.subtree is not None:
            _compare_folder(repo, catalogue, snapshot, path + b"/" + node.name, node.subtree)


def test_the_order_of_names(tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "vault")
    names = [b"IMG_10.jpg", b"img_2.jpg", b"IMG_1.jpg", b"b", "ä".encode(), b"A", b"10", b"9", b"007"]
    tree: Tree = {name: File(b"") for name in names} | {b"zoo": {}, b"Ape": {}}
    snapshot = put_snapshot(repo, tree)
    shown = [r.name for r in Catalogue(repo, tmp_path / "cache").browse(snapshot).page.rows]
    assert shown == [
        b"Ape", b"zoo", b"007", b"9", b"10", b"A", b"b", b"IMG_1.jpg", b"img_2.jpg", b"IMG_10.jpg", "ä".encode(),
    ]  # fmt: skip
