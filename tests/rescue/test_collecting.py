"""What is left is copied into a case, and nothing that was looked at is changed by it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from phoneward import flows, phones
from phoneward.cases import Case
from phoneward.incidents import Incident
from phoneward.rescue import Collected, OnPhone, Search, SearchResult, collect
from phoneward.texts import words
from phoneward.vault import Repository
from tests.rescue.phones import CHATS, asked, content, search, state_of, trashed
from tests.snapshots.catalogue.histories import new_repository
from tests.watch.scanning.phones import put


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A phone on which an app was emptied, and a picture lies in the trash."""
    repo = new_repository(tmp_path / "vault")
    put(repo, {f"{CHATS}/{n}": content(f"{n}") for n in range(3)}, day=0)
    put(
        repo,
        {f"shared/DCIM/{trashed(2, 'mother.jpg')}": content("m"), "shared/DCIM/.thumbnails/1": content("t")},
        day=1,
    )
    return repo


class Kept:
    """A collector that keeps files in memory, and may fail at the n-th."""

    def __init__(self, cut_at: int | None = None) -> None:
        self.files: dict[tuple[str, str], bytes] = {}
        self.cut_at = cut_at

    def has(self, snapshot: str, path: str) -> bool:
        return (snapshot, path) in self.files

    def take(self, files: Sequence[Collected]) -> int:
        new: dict[tuple[str, str], bytes] = {}
        for file in files:
            if self.cut_at is not None and len(self.files) + len(new) >= self.cut_at:
                raise KeyboardInterrupt
            with file.open() as stream:
                new[file.snapshot, file.path] = stream.read()
        self.files |= new
        return sum(map(len, new.values()))


def test_everything_goes_into_the_case_with_where_it_comes_from(repo: Repository, tmp_path: Path) -> None:
    """Each file once, byte for byte, with its snapshot and its time; the vault is as it was."""
    before = state_of(tmp_path / "vault")
    report = flows.collect_into_case(tmp_path / "case", search(repo), command="phoneward rescue")
    assert (report.files, report.failed) == (5, 0)
    assert state_of(tmp_path / "vault") == before
    case = Case.open(tmp_path / "case")
    assert case.facts.incident is Incident.DELETED
    items = {item.source.path: item for item in case.items() if item.source is not None}
    mother = items[f"/shared/DCIM/{trashed(2, 'mother.jpg')}"]
    assert mother.source is not None
    assert mother.source.snapshot
    assert mother.sha256 == hashlib.sha256(content("m").content).hexdigest()
    assert case.path(mother.path).read_bytes() == content("m").content
    assert "in the trash" in mother.note
    assert any(item.path.endswith("rescue.json") for item in case.items())


def test_a_second_time_only_what_is_new_is_copied(repo: Repository, tmp_path: Path) -> None:
    """What the case has is not copied again."""
    flows.collect_into_case(tmp_path / "case", search(repo))
    report = flows.collect_into_case(tmp_path / "case", search(repo))
    assert (report.files, report.known) == (0, 5)


def test_a_file_that_is_told_twice_is_copied_once(repo: Repository) -> None:
    """As gone from its folder, and as a part of the app as it was."""
    result = search(repo, asked(app="com.tencent.mm"))
    told = [part.name for one in result.remnants for part in one.files()]
    assert len(told) > len(set(told))
    assert collect(result, Kept()).files == len(set(told))


def test_a_cut_in_the_middle_loses_nothing(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was collected before it stays; the next time the rest comes."""
    monkeypatch.setattr("phoneward.rescue.collecting.BATCH_FILES", 2)
    kept = Kept(cut_at=3)
    with pytest.raises(KeyboardInterrupt):
        collect(search(repo), kept)
    assert len(kept.files) == 2
    kept.cut_at = None
    report = collect(search(repo), kept)
    assert (report.files, report.known, len(kept.files)) == (3, 2, 5)


def test_one_file_that_cannot_be_read_does_not_keep_the_others(tmp_path: Path) -> None:
    """It is named; the others are there."""
    top = tmp_path / "copied"
    top.mkdir()
    for name in ("a", "b", "c"):
        (top / trashed(1, name)).write_bytes(content(name).content)
    kept = Kept()
    looking = Search(asked())
    with phones.open_folder(top) as phone:
        looking.in_place(OnPhone(phone, words("Copy it.")), words("A folder."))
        result: SearchResult = looking.result()
        (top / trashed(1, "b")).unlink()
        report = collect(result, kept)
    assert (report.files, report.failed) == (2, 1)
    assert trashed(1, "b") in str(report.named[0])


def test_the_folder_that_is_looked_at_stays_as_it_is(tmp_path: Path) -> None:
    """Hashes, times, and the files beside a database: the same before and after."""
    top = tmp_path / "copied" / "Android" / "data" / "com.example" / "files"
    top.mkdir(parents=True)
    import sqlite3

    with sqlite3.connect(top / "notes.db") as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table t (x)")
        connection.executemany("insert into t values (?)", [("x" * 100,) for _ in range(50)])
        connection.commit()
        for beside in ("notes.db-wal", "notes.db-shm"):
            (top / f"kept-{beside}").write_bytes((top / beside).read_bytes())
    connection.close()
    (top / "notes.db-wal").write_bytes((top / "kept-notes.db-wal").read_bytes())
    before = state_of(tmp_path / "copied")
    looking = Search(asked())
    with phones.open_folder(tmp_path / "copied") as phone:
        looking.in_place(OnPhone(phone, words("Copy it.")), words("A folder."))
        report = flows.collect_into_case(tmp_path / "case", looking.result())
    assert report.files == 2, "the database, and what was not yet written into it"
    assert state_of(tmp_path / "copied") == before


def test_a_folder_that_is_no_case_is_refused_before_the_search(tmp_path: Path) -> None:
    """Nothing is written among somebody's files."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("mine")
    from phoneward.cases import CaseError

    with pytest.raises(CaseError):
        flows.refuse_no_case(tmp_path / "mine")
    flows.refuse_no_case(tmp_path / "new")
