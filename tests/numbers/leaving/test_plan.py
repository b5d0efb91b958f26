"""The plan: what only works with the old number first, then what would hurt most; each with its day, in good time."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.numbers import Inventory, OwnNumber, Relation, SourceKind
from phoneward.numbers.inventory import Evidence, What
from phoneward.numbers.leaving import Grace, Group, Mark, Plan, State, plan
from phoneward.numbers.leaving.dates import spread
from phoneward.numbers.leaving.wording import shown_by
from phoneward.numbers.rulebook import Claim, Harm, OldNumber
from tests.numbers.leaving.made import BEGUN, NEW, OLD, TODAY, account, at, inventory, message, rulebook, system

ON = TODAY + dt.timedelta(days=30)
BOOK = rulebook(
    system("bank", Harm.GRAVE, OldNumber.NEEDED),
    system("drive", Harm.GRAVE, OldNumber.NOT_NEEDED),
    system("chat", Harm.GRAVE, None),
    system("shop", Harm.SERIOUS, OldNumber.OR_ANOTHER_WAY),
    system("game", Harm.SOME, OldNumber.NEEDED),
    system("hearsay", Harm.GRAVE, OldNumber.NOT_NEEDED, source=""),
)

IDS = [one.id for one in BOOK.systems]


def of(found: Inventory, on: dt.date = ON, **more: object) -> Plan:
    return plan(found, BOOK, OLD, on, TODAY, **{"begun": BEGUN, **more})  # type: ignore[arg-type]


def order(made: Plan) -> list[tuple[str, str]]:
    return [(str(step.group), step.account.key) for step in made.steps]


def test_the_order_of_a_life() -> None:
    """What needs the old number comes first, the gravest before the rest; what may not be on it comes last."""
    accounts = [
        account("game"), account("shop"), account("drive"), account("chat"), account("bank"), account("hearsay"),
        account("~Some Forum"), account("~乡村商业银行"),
        account("~Parcels", grade=Relation.CUSTOMER),
        account("~Weak", grade=Relation.WEAK),
        account("elsewhere", number=NEW), account("~app only", number=None),
    ]  # fmt: skip
    random.Random(7).shuffle(accounts)
    assert order(of(inventory(*accounts))) == [
        ("old-number", "bank"),  # needed
        ("old-number", "chat"),  # not known: taken to be needed
        ("old-number", "hearsay"),  # that it is not needed, nobody confirms
        ("old-number", "~乡村商业银行"),  # not in the rulebook; its name says that money is there
        ("old-number", "~Some Forum"),
        ("old-number", "game"),
        ("then", "drive"),
        ("then", "shop"),
        ("then", "~Parcels"),
        ("maybe", "~app only"),
        ("maybe", "elsewhere"),
        ("maybe", "~Weak"),
    ]


def test_what_the_number_alone_opens_goes_before_what_it_does_not() -> None:
    """Among equals: where a code is enough, then where nobody knows, then where more is asked for."""
    no = Claim(False, "https://example.com/help")
    closed = replace(system("a-closed", opens=False), sms_reset=no, one_tap=no)
    unknown = replace(system("b-unknown"), sms_login=None)
    book = rulebook(closed, unknown, system("c-open"))
    made = plan(
        inventory(account("a-closed"), account("b-unknown"), account("c-open")), book, OLD, ON, TODAY, begun=BEGUN
    )
    assert [step.account.key for step in made.steps] == ["c-open", "b-unknown", "a-closed"]


def test_a_message_that_proves_nothing_is_in_no_plan() -> None:
    """Advertising is no account."""
    assert of(inventory(account("bank", grade=Relation.NONE))).steps == ()


@pytest.mark.parametrize(
    ("own", "group"),
    [
        ([], Group.THEN),  # one phone, one number: it is that one
        ([OwnNumber(e164=OLD, sims=frozenset({"1"}))], Group.THEN),
        ([OwnNumber(e164=None, sims=frozenset({"1"}))], Group.THEN),
        ([OwnNumber(e164=OLD), OwnNumber(e164=None, sims=frozenset({"2"}))], Group.MAYBE),
        ([OwnNumber(e164=OLD), OwnNumber(e164=NEW)], Group.MAYBE),
        ([OwnNumber(e164=NEW)], Group.MAYBE),
    ],
)
def test_messages_of_which_nobody_knows_where_they_came_to(own: list[OwnNumber], group: Group) -> None:
    """With one number they came to it; with two SIMs nobody can tell, and the plan says so."""
    found = Inventory(accounts=(account("drive", message(-9, None)),), own=tuple(own))
    (step,) = of(found).steps
    assert step.group is group


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SourceKind.SMS, "Messages show"),
        (SourceKind.PASSWORDS, "In your password manager this number"),
        (SourceKind.MAIL, "A letter of theirs"),
    ],
)
def test_what_shows_the_account_is_named(source: SourceKind, said: str) -> None:
    """Nobody reads of messages where none came."""
    seen = replace(message(-9), source=source, grade=Relation.ACCOUNT)
    (step,) = of(Inventory(accounts=(account("drive", seen),))).steps
    assert str(shown_by(step)).startswith(said)


def test_an_app_without_a_message_may_be_on_it() -> None:
    """Who signs in with one tap gets no message: the app alone shows no number."""
    app = Evidence(source=SourceKind.APP, what=What.INSTALLED, ref="com.example.drive")
    (step,) = of(Inventory(accounts=(account("drive", app),))).steps
    assert step.group is Group.MAYBE


@pytest.mark.parametrize(
    ("left", "count", "days"),
    [
        (1, 3, [0, 0, 0]),  # tomorrow: all today
        (2, 3, [0, 0, 0]),
        (3, 3, [0, 0, 1]),
        (10, 3, [0, 2, 4]),
        (10, 12, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        (300, 4, [0, 7, 14, 21]),  # half a year is no reason to wait
        (0, 2, [None, None]),
        (-5, 2, [None, None]),
    ],
)
def test_until_when(left: int, count: int, days: list[int | None]) -> None:
    """Early, spread, with days to spare."""
    found = spread(count, TODAY, TODAY + dt.timedelta(days=left))
    assert [None if day is None else (day - TODAY).days for day in found] == days


accounts_of_any_kind = st.lists(
    st.builds(
        lambda key, grade, number, sent: account(key, *sent, grade=grade, number=number),
        st.sampled_from([*IDS, "unknown", "~银行", *(f"~s{i}" for i in range(20))]),
        st.sampled_from(Relation),
        st.sampled_from([OLD, NEW, None]),
        st.lists(st.builds(message, st.integers(-300, 20), st.sampled_from([OLD, NEW, None])), max_size=3),
    ),
    max_size=12,
    unique_by=lambda one: one.key,
)


@settings(max_examples=120, deadline=None)
@given(accounts_of_any_kind, st.integers(-400, 400), st.integers(0, 40), st.randoms(), st.sets(st.sampled_from(IDS)))
def test_whatever_is_found(
    accounts: list, left: int, later: int, chance: random.Random, done: set[str]  # type: ignore[type-arg]
) -> None:  # fmt: skip
    """Every day lies before the cancellation; the order is always the same; what is done is not listed as open; and a
    plan that is looked at again keeps its days."""
    on = TODAY + dt.timedelta(days=left)
    marks = {key: Mark(at(400)) for key in done}
    first = of(Inventory(accounts=tuple(accounts)), on, done=marks)
    assert sorted(step.account.key for step in first.steps) == sorted(
        one.key for one in accounts if one.grade is not Relation.NONE
    )
    assert [step.group.rank for step in first.steps] == sorted(step.group.rank for step in first.steps)
    for step in first.steps:
        assert (step.by is None) == (left <= 0)
        assert step.by is None or TODAY <= step.by < on
        assert step.account.key not in done or not step.is_open
    days = [step.by for step in first.steps if step.by is not None]
    assert days == sorted(days)
    shuffled = list(accounts)
    chance.shuffle(shuffled)
    assert of(Inventory(accounts=tuple(shuffled)), on, done=marks).steps == first.steps
    again = plan(
        Inventory(accounts=tuple(accounts)), BOOK, OLD, on, TODAY + dt.timedelta(days=later), begun=BEGUN, dated=TODAY
    )
    if not again.is_past and left > 0:
        assert [(step.account.key, step.by) for step in again.steps] == [
            (step.account.key, step.by) for step in first.steps
        ]


def test_what_is_late_is_named() -> None:
    """Ten days on, with nothing done: the days stand as they were, and the steps that are late show."""
    found = inventory(account("bank"), account("drive"), account("shop"))
    made = plan(
        found, BOOK, OLD, ON, TODAY + dt.timedelta(days=10), begun=BEGUN, dated=TODAY, done={"bank": Mark(at(2))}
    )
    assert [step.account.key for step in made.overdue] == ["drive"]
    assert [(step.account.key, step.standing.state) for step in made.steps] == [
        ("bank", State.DONE), ("drive", State.OPEN), ("shop", State.OPEN)
    ]  # fmt: skip
    assert [step.account.key for step in made.open_steps] == ["drive", "shop"]


def test_a_number_that_is_given_up_already() -> None:
    """There is nothing to wait for: harm alone gives the order. The carrier's time is told, with its days."""
    found = inventory(account("game"), account("shop"), account("drive"), account("chat"), account("x", number=NEW))
    made = of(found, TODAY - dt.timedelta(days=20), grace=Grace(least_days=90))
    assert made.is_past
    assert [(step.group, step.account.key, step.by) for step in made.steps] == [
        (Group.AFTER, "chat", None), (Group.AFTER, "drive", None), (Group.AFTER, "shop", None),
        (Group.AFTER, "game", None), (Group.MAYBE, "x", None),
    ]  # fmt: skip
    assert made.first_reissue == TODAY + dt.timedelta(days=70)
    assert of(found, grace=Grace()).first_reissue is None
    assert of(found).first_reissue is None


def test_a_number_that_nothing_shows_to_be_theirs() -> None:
    """A slip in a digit must not look like a number on which nothing hangs."""
    found = inventory(account("bank", number=NEW), own=(NEW,))
    assert not of(found).is_seen
    assert of(inventory(account("bank"))).is_seen
