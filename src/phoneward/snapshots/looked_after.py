"""When the vault was last checked, read back in full, and tried: noted in the vault with what a person decided.

The times are settings of a state snapshot (state.py), so they are there on every computer that opens the vault.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.progress import Listener, Notice
from phoneward.snapshots.state import Change, OwnerState, set_setting
from phoneward.snapshots.state_store import change_state
from phoneward.texts import _
from phoneward.vault import HeldLock, Repository, VaultError

CHECK: Final = "last-check"
READ_DATA: Final = "last-read-data"
RESTORE_TEST: Final = "last-restore-test"
ERRORS: Final = "last-check-errors"
_MOST: Final = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class LookedAfter:
    """How the vault was last looked after. Times are aware, None where nobody noted one.

    Attributes:
        check: the last check of any kind that found nothing wrong.
        read_data: the last time every byte was read back and nothing was damaged.
        restore_test: the last restore that was compared with its snapshot and was the same.
        errors: what the very last check found; 0 where it found nothing, or there was none.
    """

    check: dt.datetime | None = None
    read_data: dt.datetime | None = None
    restore_test: dt.datetime | None = None
    errors: int = 0


def looked_after(state: OwnerState) -> LookedAfter:
    """Return what is noted. What cannot be a time counts as not noted."""
    errors = state.setting(ERRORS)
    return LookedAfter(
        _time(state, CHECK),
        _time(state, READ_DATA),
        _time(state, RESTORE_TEST),
        min(errors, _MOST) if isinstance(errors, int) and not isinstance(errors, bool) and errors > 0 else 0,
    )


def note_check(errors: int, when: dt.datetime, *, everything_read: bool) -> list[Change]:
    """Return the changes that note a check.

    Args:
        errors: how many it found; one that found any moves no time.
        when: it began, aware.
        everything_read: whether every byte was read back.
    """
    changes = [set_setting(ERRORS, min(errors, _MOST) or None)]
    if not errors:
        changes.append(set_setting(CHECK, _text(when)))
        changes += [set_setting(READ_DATA, _text(when))] if everything_read else []
    return changes


def note_restore_test(when: dt.datetime) -> list[Change]:
    """Return the change that notes a restore that was the same as its snapshot. `when` is aware."""
    return [set_setting(RESTORE_TEST, _text(when))]


def keep_noted(repo: Repository, lock: HeldLock, changes: Sequence[Change], listener: Listener) -> None:
    """Keep such changes in the vault. What was done counts all the same where that fails: a notice says so.

    Args:
        repo: open, with no other thread at work on it.
        lock: held.
        changes: from `note_check` or `note_restore_test`.
        listener: hears the notice, such as of a disk that is read-only.
    """
    try:
        change_state(repo, lock, changes)
    except VaultError as error:
        sentence = _("When this was done could not be noted in the vault: {detail}")
        listener(Notice(None, sentence.format(detail=error.sentence())))


def _text(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).isoformat(timespec="seconds")


def _time(state: OwnerState, name: str) -> dt.datetime | None:
    value = state.setting(name)
    try:
        when = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        return when.astimezone(dt.UTC) if when is not None and when.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
