"""When the vault was last looked after: noted in the vault, read anywhere, believed only where it can be true."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.progress import Event, Notice
from phoneward.snapshots import (
    OwnerState,
    change_state,
    keep_noted,
    load_state,
    looked_after,
    note_check,
    note_restore_test,
    set_setting,
)
from phoneward.vault import LocalStorage, open_repository
from tests.snapshots.catalogue.histories import new_repository

WHEN = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_what_was_noted_is_read_on_another_computer(tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "vault")
    with repo.lock(exclusive=True) as lock:
        keep_noted(repo, lock, note_check(0, WHEN, everything_read=True), lambda _event: None)
        keep_noted(repo, lock, note_restore_test(WHEN + dt.timedelta(days=1)), lambda _event: None)
    noted = looked_after(load_state(open_repository(LocalStorage(tmp_path / "vault"), "x")))
    assert noted.check == noted.read_data == WHEN
    assert noted.restore_test == WHEN + dt.timedelta(days=1)
    assert noted.errors == 0


def test_a_check_that_found_damage_moves_no_date_and_a_good_one_takes_the_damage_back() -> None:
    state = OwnerState().changed(note_check(0, WHEN, everything_read=True), now_ns=1, writer="a")
    later = WHEN + dt.timedelta(days=3)
    state = state.changed(note_check(5, later, everything_read=True), now_ns=2, writer="a")
    assert (looked_after(state).check, looked_after(state).read_data, looked_after(state).errors) == (WHEN, WHEN, 5)
    state = state.changed(note_check(0, later, everything_read=False), now_ns=3, writer="a")
    assert (looked_after(state).check, looked_after(state).read_data, looked_after(state).errors) == (later, WHEN, 0)


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2026-03-01", "2026-03-01T12:00:00", "0001-01-01T00:00:00+14:00", 5, True]
)
def test_what_can_be_no_time_counts_as_not_noted(value: str | int) -> None:
    changes = [set_setting(name, value) for name in ("last-check", "last-read-data", "last-restore-test")]
    changes.append(set_setting("last-check-errors", value))
    noted = looked_after(OwnerState().changed(changes, now_ns=1, writer="a"))
    assert (noted.check, noted.read_data, noted.restore_test) == (None, None, None)
    assert noted.errors == (5 if value == 5 else 0)


@given(st.text(max_size=60) | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False))
def test_no_setting_of_somebody_else_breaks_it(value: str | float) -> None:
    names = ("last-check", "last-read-data", "last-restore-test", "last-check-errors")
    state = OwnerState().changed([set_setting(name, value) for name in names], now_ns=1, writer="a")
    noted = looked_after(state)
    assert noted.check is None or noted.check.tzinfo is not None
    assert 0 <= noted.errors < 2**53


def test_where_it_cannot_be_kept_a_notice_says_so(tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "vault")
    heard: list[Event] = []
    with repo.lock(exclusive=True) as lock:
        for name in [file.name for file in (tmp_path / "vault" / "locks").iterdir()]:
            (tmp_path / "vault" / "locks" / name).unlink()  # somebody took the lock for stale
        keep_noted(repo, lock, note_restore_test(WHEN), heard.append)
    assert [event for event in heard if isinstance(event, Notice) and "could not be noted" in event.sentence]
    assert looked_after(load_state(repo)).restore_test is None
    with repo.lock(exclusive=True) as lock:
        assert change_state(repo, lock, note_restore_test(WHEN)) == load_state(repo)
