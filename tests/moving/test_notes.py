"""How far a move is, remembered: sealed, whole or not at all, never believed where it cannot be ours."""

import contextlib
import datetime as dt
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.moving import (
    MoveNotes,
    MoveRunningError,
    Noted,
    NotedPart,
    Pair,
    Part,
    move_findings,
    noted_move,
    noted_moves,
)
from phoneward.moving.notes import MAX_APPS, decode_noted
from phoneward.vault import Repository
from tests.snapshots.catalogue.histories import new_repository

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PAIR = Pair("0123456789abcdef", "fedcba9876543210")
PART = NotedPart(done=True, snapshot="ab" * 32, when=NOW, over=3, bytes=70, there=1, said=["why"])
NOTED = Noted(
    old=PAIR.old, new=PAIR.new, old_label="Old", new_label="New", begun=NOW, snapshot="ab" * 32, apps={"org.app": NOW}
).with_part(Part.FILES, PART)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def note_file(state: Path, repo: Repository) -> Path:
    return state / "moves" / repo.config.id / PAIR.name


def test_what_was_noted_is_there_again(repo: Repository, tmp_path: Path) -> None:
    with MoveNotes(tmp_path, repo, PAIR) as notes:
        assert notes.load() is None
        notes.note(NOTED)
        assert notes.load() == NOTED
    assert noted_move(tmp_path, repo, PAIR) == NOTED
    assert list(noted_moves(tmp_path, repo)) == [NOTED]
    assert NOTED.part(Part.FILES) == PART
    assert NOTED.part(Part.APPS) is None


def test_it_names_nothing_to_who_has_no_key(repo: Repository, tmp_path: Path) -> None:
    with MoveNotes(tmp_path, repo, PAIR) as notes:
        notes.note(NOTED)
    file = note_file(tmp_path, repo)
    assert b"org.app" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    other = new_repository(tmp_path / "another vault")
    (tmp_path / "moves" / other.config.id).mkdir()
    note_file(tmp_path, other).write_bytes(file.read_bytes())
    assert noted_move(tmp_path, other, PAIR) is None


@pytest.mark.parametrize("at", [0, 20, -1])
def test_a_damaged_note_is_none(repo: Repository, tmp_path: Path, at: int) -> None:
    with MoveNotes(tmp_path, repo, PAIR) as notes:
        notes.note(NOTED)
        file = note_file(tmp_path, repo)
        data = bytearray(file.read_bytes())
        data[at] ^= 1
        file.write_bytes(data)
        assert notes.load() is None
        notes.note(NOTED)
        assert notes.load() == NOTED


def test_one_move_at_a_time_onto_a_phone(repo: Repository, tmp_path: Path) -> None:
    other = Pair("1" * 16, PAIR.new)
    with MoveNotes(tmp_path, repo, PAIR), pytest.raises(MoveRunningError), MoveNotes(tmp_path, repo, other):
        pass
    with MoveNotes(tmp_path, repo, PAIR), MoveNotes(tmp_path, repo, Pair(PAIR.old, "2" * 16)):
        pass


@pytest.mark.parametrize("bad", ["../../x", "", "a" * 200, "a/b", "a\0"])
def test_an_id_is_never_a_path(repo: Repository, tmp_path: Path, bad: str) -> None:
    for pair in (Pair(bad, PAIR.new), Pair(PAIR.old, bad)):
        with pytest.raises(ValueError, match="plain words"):
            MoveNotes(tmp_path, repo, pair)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"apps": {str(number): NOW for number in range(MAX_APPS + 1)}},
        {"begun": dt.datetime(1, 1, 1, tzinfo=dt.UTC)},
        {"parts": {"files": msgspec.structs.replace(PART, over=-1)}},
        {"parts": {"files": msgspec.structs.replace(PART, when=dt.datetime(9999, 1, 1, tzinfo=dt.UTC))}},
    ],
)
def test_what_we_never_write_is_no_note(change: dict[str, object]) -> None:
    data = msgspec.msgpack.encode(msgspec.structs.replace(NOTED, **change))
    with pytest.raises(ValueError, match=r"."):
        decode_noted(data)


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        decode_noted(data)


def test_the_checkup_tells_of_a_move_that_is_not_finished(repo: Repository, tmp_path: Path) -> None:
    assert move_findings(tmp_path, repo) == ()
    with MoveNotes(tmp_path, repo, PAIR) as notes:
        notes.note(NOTED)
        (found,) = move_findings(tmp_path, repo)
        assert found.code == "snapshots.move-not-finished"
        assert "Do not wipe the old phone yet." in str(found.loss)
        notes.note(msgspec.structs.replace(NOTED, finished=NOW))
    assert move_findings(tmp_path, repo) == ()
