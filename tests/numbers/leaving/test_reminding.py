"""What is due: nothing that is late, open again or forgotten stays unsaid; a look that was taken is not asked for."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from phoneward import texts
from phoneward.findings import Severity
from phoneward.numbers import Inventory, LookedAt, Relation, SourceKind
from phoneward.numbers.leaving import Grace, Mark, Plan, plan
from phoneward.numbers.leaving.reminding import due, looked, severity_of
from phoneward.numbers.rulebook import Harm, OldNumber
from phoneward.snapshots import OwnerState
from tests.numbers.leaving.made import BEGUN, NEW, OLD, TODAY, account, at, inventory, message, rulebook, system

BOOK = rulebook(system("bank", Harm.GRAVE), system("drive", Harm.GRAVE, OldNumber.NOT_NEEDED))
FOUND = inventory(account("bank"), account("drive"), account("~maybe", number=NEW))
ON = TODAY + dt.timedelta(days=30)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.activate(["en"])
    yield
    texts.activate(["en"])


def made(days: int, found: Inventory = FOUND, **more: object) -> Plan:
    today = TODAY + dt.timedelta(days=days)
    return plan(found, BOOK, OLD, ON, today, **{"begun": BEGUN, "dated": TODAY, **more})  # type: ignore[arg-type]


def codes(one: Plan, state: OwnerState | None = None) -> list[tuple[str, str, str]]:
    held = state if state is not None else OwnerState()
    found = due(FOUND, [one], held, one.today)
    return [(each.code, each.severity.value, each.account) for each in found if each.code != "review"]


DONE = {key: Mark(at(0)) for key in ("bank", "drive")}


@pytest.mark.parametrize(
    ("days", "done", "expected"),
    [
        (0, {}, []),
        (1, {}, [("late", "danger", "bank")]),  # it needs the old number
        (10, {"bank": Mark(at(1))}, [("late", "warning", "drive")]),
        (24, {}, [("late", "danger", "bank"), ("soon", "danger", ""), ("late", "warning", "drive"),
                  ("late", "warning", "~maybe")]),
        (24, {**DONE, "~maybe": Mark(at(0))}, []),
        (24, DONE, [("late", "warning", "~maybe")]),  # what only may be on it makes no alarm
        (31, {"bank": Mark(at(1))}, [("left-open", "danger", "")]),
        (31, {**DONE, "~maybe": Mark(at(0))}, []),
        (60, {**DONE, "~maybe": Mark(at(0))}, [("look-again", "warning", "")]),
    ],
)  # fmt: skip
def test_what_is_due_on_a_day(days: int, done: dict[str, Mark], expected: list[tuple[str, str, str]]) -> None:
    """Late steps, the last week, what is left when the number is gone, the last look."""
    assert codes(made(days, done=done)) == expected


def test_the_last_look_comes_before_the_number_is_somebody_else_s() -> None:
    """A week before the end of the time that the carrier keeps it back."""
    done = {**DONE, "~maybe": Mark(at(0))}
    assert not codes(made(30 + 82, done=done, grace=Grace(least_days=90)))
    assert codes(made(30 + 83, done=done, grace=Grace(least_days=90))) == [("look-again", "warning", "")]


@pytest.mark.parametrize(("days", "severity"), [(9, "warning"), (40, "danger")])
def test_what_still_comes_to_the_old_number(days: int, severity: str) -> None:
    """Open again: a warning while it is mine, danger when it is somebody else's."""
    found = inventory(account("bank", message(-30), message(8)))
    made_ = made(days, found, done={"bank": Mark(at(1))})
    assert ("reopened", severity, "bank") in codes(made_)
    (said,) = [str(one.words) for one in due(FOUND, [made_], OwnerState(), made_.today) if one.code == "reopened"]
    assert said == "Bank still sends to 138 0013 8000, the last time on 7 December 2026, though it was done."


def test_a_look_that_was_taken_is_not_asked_for_again() -> None:
    """Until the next half-year."""
    plan_ = made(60, done={**DONE, "~maybe": Mark(at(0))})
    first = due(FOUND, [plan_], OwnerState(), plan_.today)
    assert {one.code for one in first} == {"look-again", "review"}
    state = OwnerState().changed(looked(first), now_ns=1, writer="w")
    assert due(FOUND, [plan_], state, plan_.today) == ()
    later = replace(plan_, today=plan_.today + dt.timedelta(days=200))
    assert [one.code for one in due(FOUND, [later], state, later.today)] == ["review"]


def test_old_looks_and_forgotten_accounts() -> None:
    """What was seen long ago says little of today; an account without a word for years may not be needed."""
    old, fresh = message(-1000), message(-3)
    sms = LookedAt(source=SourceKind.SMS, name="x", items=9, last=at(-100))
    found = Inventory(
        accounts=(
            account("bank", old), account("drive", fresh), account("~firm", old, grade=Relation.CUSTOMER)
        ),
        looked_at=(sms,),
    )  # fmt: skip
    said = {one.code: one for one in due(found, [], OwnerState(), TODAY)}
    assert set(said) == {"stale-look", "stale-accounts", "review"}
    assert "21 August 2026" in str(said["stale-look"].words)
    assert str(said["stale-accounts"].words) == "Of 1 account nothing came for two years: do you still need it? bank"
    newer = replace(found, looked_at=(replace(sms, last=at(-2)),), accounts=())
    assert [one.code for one in due(newer, [], OwnerState(), TODAY)] == ["review"]


def test_the_gravest_first() -> None:
    """A person reads the first line."""
    ranks = [one.severity.rank for one in due(FOUND, [made(24)], OwnerState(), made(24).today)]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize(
    ("days", "done", "severity"),
    [
        (0, {}, Severity.WARNING),
        (1, {}, Severity.DANGER),
        (1, {"bank": Mark(at(0))}, Severity.WARNING),
        (23, {"bank": Mark(at(0))}, Severity.DANGER),
        (31, {}, Severity.DANGER),
        (31, DONE, Severity.ADVICE),
        (31, {**DONE, "~maybe": Mark(at(0))}, Severity.FINE),
    ],
)
def test_how_much_a_plan_matters(days: int, done: dict[str, Mark], severity: Severity) -> None:
    """As the checkup says it."""
    assert severity_of(made(days, done=done)) is severity
