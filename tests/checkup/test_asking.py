"""Asking all rooms: about the right snapshot, with what was noted, and one that fails hides no other."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward import checkup as checkups
from phoneward.checkup import asking as asking_module
from phoneward.checkup.asking import checkup
from phoneward.checkup.durations import past_durations
from phoneward.findings import Answer, Finding, Severity, Tier
from phoneward.snapshots import Asking, change_state, mark_done, name_phone, note_restore_test, write_note
from phoneward.snapshots.looked_after import note_check
from phoneward.texts import words
from phoneward.vault import LocalStorage, Repository, Snapshot, StorageFullError, init_repository, save_snapshot
from tests.snapshots.catalogue.histories import put_snapshot
from tests.vault.cheap import insecure_test_cost

NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    made = init_repository(LocalStorage(tmp_path / "vault"), "a password", kdf=insecure_test_cost())
    made.load_index()
    return made


def rooms(monkeypatch: pytest.MonkeyPatch, *answers: Callable[[Asking], Answer]) -> None:
    """Have the first rooms answer so; the others are not built."""
    first = [dataclasses.replace(room, answer=answer) for room, answer in zip(checkups.ROOMS, answers, strict=False)]
    rest = [dataclasses.replace(room, answer=None) for room in checkups.ROOMS[len(first) :]]
    monkeypatch.setattr(asking_module, "ROOMS", (*first, *rest))


def finding(code: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(code=code, severity=severity, tier=Tier.OBSERVED, title=words("Warning"))


def fine(_asking: Asking) -> Answer:
    return Answer(words("Nothing needs you today."))


def test_the_newest_finished_snapshot_of_a_phone_is_asked_about(repo: Repository) -> None:
    """Not a backup that was cut short, nor what another program or Phoneward itself stored since."""
    assert checkup(repo).snapshot is None
    tree = put_snapshot(repo, {}, day=3, partial=True).tree
    later = 10**18 * 3
    own = Snapshot(time_ns=later, tree=tree, paths=("/state",), hostname="x", tags=("phoneward-state",))
    save_snapshot(repo, own)
    assert checkup(repo).snapshot is None
    foreign = save_snapshot(repo, Snapshot(time_ns=later, tree=tree, paths=("/home",), hostname="laptop"))
    found = checkup(repo)
    assert found.snapshot is not None, "where there is nothing else"
    assert (found.snapshot.snapshot.id, found.phone) == (foreign, "laptop")
    put_snapshot(repo, {}, day=1)
    newest = put_snapshot(repo, {}, day=2)
    put_snapshot(repo, {}, day=5, proof=True)
    found = checkup(repo)
    assert found.snapshot is not None
    assert found.snapshot.snapshot.id == newest.id


def test_a_room_that_fails_hides_no_other(repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(_asking: Asking) -> Answer:
        raise StorageFullError(path="/disk", detail="")

    def mistaken(_asking: Asking) -> Answer:
        raise ZeroDivisionError("a\x1bb")

    rooms(monkeypatch, full, mistaken, fine)
    report = checkup(repo, cache_dir=tmp_path / "cache")
    first, second, third, *unbuilt = report.rooms
    assert [part.failure.code if part.failure else "" for part in report.rooms[:3]] == [
        "storage-full",
        "room-failed",
        "",
    ]
    assert third.answer is not None
    assert not report.complete
    assert checkups.verdict(report).startswith("A part of the checkup failed.")
    assert second.failure is not None
    assert "\x1b" not in second.failure.sentence()
    assert isinstance(second.failure.__cause__, ZeroDivisionError)
    assert not any(part.is_built for part in unbuilt)
    remembered = past_durations(tmp_path / "cache", repo.config.id)
    assert set(remembered) == {"list-snapshots", third.room.name}, "one that failed may have ended at once"
    assert first.answer is None


def test_rooms_know_when_the_vault_was_looked_after(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Asking] = []

    def answer(asking: Asking) -> Answer:
        asked.append(asking)
        return fine(asking)

    rooms(monkeypatch, answer)
    with repo.lock(exclusive=False) as lock:
        read, tried = NOON, NOON + dt.timedelta(hours=1)
        looked_after = [*note_check(0, read, everything_read=True), *note_restore_test(tried)]
        change_state(repo, lock, [*looked_after, name_phone("phone", "Mum's")])
    checkup(repo)
    later = NOON + dt.timedelta(days=1)
    checkup(repo, last_read_data=later, last_restore_test=later)
    assert [(one.last_read_data, one.last_restore_test) for one in asked] == [(read, tried), (later, later)]
    assert asked[0].state.phone_name("phone") == "Mum's", "findings about other phones call them so"


def test_what_is_done_comes_last_and_counts_no_more(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    urgent, small = finding("snapshots.urgent", Severity.DANGER), finding("snapshots.small", Severity.ADVICE)
    rooms(monkeypatch, lambda _asking: Answer(words("Warning"), (urgent, small)))
    assert checkup(repo).severity is Severity.DANGER
    with repo.lock(exclusive=False) as lock:
        change_state(repo, lock, [mark_done(urgent.key), write_note(urgent.key, "asked Anna")])
    report = checkup(repo)
    assert report.severity is Severity.ADVICE
    assert [(one.code, one.is_done, one.note) for one in report.findings] == [
        ("snapshots.small", False, ""),
        ("snapshots.urgent", True, "asked Anna"),
    ]
    assert checkups.verdict(report) == "Nothing is pressing; 1 thing could be better."
    summary = checkups.summary_document(report)
    assert (summary["num_done"], summary["findings"]) == (1, {"fine": 0, "advice": 1, "warning": 0, "danger": 0})
