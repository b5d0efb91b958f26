"""Single files into a folder: whole or not at all, and never over anything that is there."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.snapshots.placing import Fate, Item, Outcome, put_in_folder
from phoneward.snapshots.placing import into_folder as module
from phoneward.snapshots.placing.into_folder import plan_in_folder
from phoneward.snapshots.placing.items import SPARE_NAMES, Content
from phoneward.vault import BlobMissingError, RestoreTargetError
from tests.vault.walker import walk

NAME = "sms-20260102030405.xml"


def content(data: bytes, *, breaks: bool = False) -> Content:
    def pieces() -> Iterator[bytes]:
        yield data[:3]
        if breaks:
            raise BlobMissingError(blob="00")
        yield data[3:]

    return Content(len(data), lambda: hashlib.sha256(data).digest(), pieces)


def item(folder: Path, data: bytes = b"content", *, name: str = NAME, breaks: bool = False) -> Item:
    made = content(data, breaks=breaks)
    return Item("sms", b"/records/sms.xml", bytes(folder), name.encode(), made, 1_700_000_000_123_456_789, True)


def put(*items: Item) -> list[tuple[Fate, Outcome]]:
    plan = plan_in_folder(items)
    put_in_folder(plan)
    return [(place.fate, place.outcome) for place in plan.places]


def test_a_file_comes_with_its_content_time_and_for_nobody_else(tmp_path: Path) -> None:
    assert put(item(tmp_path / "new" / "folder")) == [(Fate.NEW, Outcome.WRITTEN)]
    made = tmp_path / "new" / "folder" / NAME
    assert (made.read_bytes(), made.stat().st_mtime_ns) == (b"content", 1_700_000_000_123_456_789)
    assert made.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in made.parent.iterdir()] == [NAME]


def test_planning_makes_nothing(tmp_path: Path) -> None:
    plan_in_folder([item(tmp_path / "new")])
    assert list(tmp_path.iterdir()) == []


def _file(path: Path) -> None:
    path.write_bytes(b"mine")


def _folder(path: Path) -> None:
    (path / "in it").mkdir(parents=True)


def _link(path: Path) -> None:
    path.symlink_to("elsewhere")


def _link_to_the_same(path: Path) -> None:
    (path.parent / "elsewhere").write_bytes(b"content")
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("there", [_file, _folder, _link, _link_to_the_same])
def test_what_has_the_name_stays_and_the_file_gets_the_next_name(tmp_path: Path, there: Callable[[Path], None]) -> None:
    there(tmp_path / NAME)
    before = walk(tmp_path)
    assert put(item(tmp_path)) == [(Fate.NEW, Outcome.WRITTEN)]
    after = walk(tmp_path)
    other = NAME.replace(".xml", "-2.xml").encode()
    assert after.pop(other).content == hashlib.sha256(b"content").digest()
    assert {n: (e.kind, e.content) for n, e in after.items() if n} == {
        n: (e.kind, e.content) for n, e in before.items() if n
    }
    assert put(item(tmp_path)) == [(Fate.SAME, Outcome.NOTHING)]


def test_a_file_that_cannot_be_read_is_not_taken_for_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of somebody else's, just as long: the snapshot's comes beside it."""
    (tmp_path / NAME).write_bytes(b"content")

    def refuse(_path: bytes) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "_digest", refuse)
    (place,) = plan_in_folder([item(tmp_path)]).places
    assert (place.fate, place.path) == (Fate.NEW, bytes(tmp_path / NAME.replace(".xml", "-2.xml")))


def test_where_every_name_is_taken_nothing_is_written(tmp_path: Path) -> None:
    for name in item(tmp_path).names():
        (tmp_path / name.decode()).write_bytes(b"mine")
    assert put(item(tmp_path)) == [(Fate.IMPOSSIBLE, Outcome.NOTHING)]
    assert len(list(tmp_path.iterdir())) == SPARE_NAMES
    assert all(path.read_bytes() == b"mine" for path in tmp_path.iterdir())


def test_a_file_that_the_vault_cannot_give_is_named_and_the_others_come(tmp_path: Path) -> None:
    broken, whole = item(tmp_path, breaks=True), item(tmp_path, name="calls-20260102030405.xml")
    plan = plan_in_folder([broken, whole])
    put_in_folder(plan)
    assert [place.outcome for place in plan.places] == [Outcome.FAILED, Outcome.WRITTEN]
    assert "was not written" in plan.places[0].sentence()
    assert [path.name for path in tmp_path.iterdir()] == ["calls-20260102030405.xml"]


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    plan = plan_in_folder([item(tmp_path)])
    (tmp_path / NAME).write_bytes(b"meanwhile")
    put_in_folder(plan)
    assert plan.places[0].outcome is Outcome.FAILED
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(NAME, b"meanwhile")]


def test_a_disk_without_links_is_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """exFAT knows no hard links."""

    def refuse(*_args: object, **_more: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert put(item(tmp_path)) == [(Fate.NEW, Outcome.WRITTEN)]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(NAME, b"content")]
    late = plan_in_folder([item(tmp_path, name="calls-1.xml")])
    (tmp_path / "calls-1.xml").write_bytes(b"meanwhile")
    put_in_folder(late)
    assert late.places[0].outcome is Outcome.FAILED
    assert (tmp_path / "calls-1.xml").read_bytes() == b"meanwhile"


def test_a_disk_that_reads_back_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_digest", lambda _path: b"other")
    plan = plan_in_folder([item(tmp_path)])
    put_in_folder(plan)
    assert plan.places[0].outcome is Outcome.FAILED
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RestoreTargetError):
        put(item(tmp_path / "file" / "below"))


def test_a_program_that_is_ended_leaves_no_half_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    whole = item(tmp_path)
    ended = Item("sms", b"/s", whole.root, whole.where, Content(9, lambda: None, pieces), 0)
    with pytest.raises(KeyboardInterrupt):
        put(ended)
    assert list(tmp_path.iterdir()) == []


@given(names=st.lists(st.sampled_from([b"a.xml", b"b.xml", b"a-2.xml"]), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_content_is_there_once_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, names: list[bytes]
) -> None:
    """Files put one after the other are all there in the end, and putting them again changes nothing."""
    folder = tmp_path_factory.mktemp("put")
    wanted = {b"%d of %s" % (number, name): name for number, name in enumerate(names)}
    for _again in range(2):
        for data, name in wanted.items():
            put(item(folder, data, name=name.decode()))
        assert sorted(path.read_bytes() for path in folder.iterdir()) == sorted(wanted)
