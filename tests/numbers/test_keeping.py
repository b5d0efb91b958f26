"""What a person decided about their numbers is kept in the vault, and nothing in a document can make it go wrong."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.numbers import keeping
from phoneward.numbers.errors import NoSuchDayError, NotANumberError, NumberKeyError
from phoneward.snapshots import Change, OwnerState

NUMBER = "+8613800138000"
NOW = dt.datetime(2026, 11, 29, 12, 0, 0, 5, tzinfo=dt.UTC)
ON = dt.date(2026, 12, 20)


def state(*changes: Change, before: OwnerState | None = None) -> OwnerState:
    return (before or OwnerState()).changed(changes, now_ns=1_800_000_000_000_000_000, writer="w")


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+86 138 0013 8000", None, NUMBER),
        ("138-0013-8000", None, NUMBER),
        ("13800138000", None, NUMBER),
        ("+8613800138000", "US", NUMBER),
        ("(650) 253-0000", "US", "+16502530000"),
        ("020 7031 3000", "GB", "+442070313000"),
        ("+852 2123 4567", None, "+85221234567"),
    ],
)  # fmt: skip
def test_a_number_as_people_write_it(text: str, region: str | None, number: str) -> None:
    """Spaces, hyphens, brackets, with the country's code or without."""
    assert keeping.parse_number(text, region) == number


@pytest.mark.parametrize("text", ["", "10086x", "wechat", "020 7031 3000", "+86 1", "1" * 300, "\x1b[2J"])
def test_what_is_no_number(text: str) -> None:
    """One plain sentence, with the way to write it; never a control character."""
    with pytest.raises(NotANumberError) as caught:
        keeping.parse_number(text)
    assert "\x1b" not in caught.value.sentence()
    assert "+86 138" in caught.value.advice()


def test_my_numbers() -> None:
    """Given, named, taken back."""
    kept = state(keeping.keep_own(NUMBER, "  Mum's \n phone "), keeping.keep_own("+16502530000"))
    assert keeping.own_numbers(kept) == {NUMBER: "Mum's phone", "+16502530000": ""}
    assert keeping.own_numbers(state(keeping.forget_own(NUMBER), before=kept)) == {"+16502530000": ""}


@pytest.mark.parametrize(
    "text", ["", "31.1.2027", "2027-02-30", "0001-01-01", "1979-12-31", "2200-01-01", "9999-12-31"]
)
def test_a_day_on_which_no_number_is_given_up(text: str) -> None:
    """A slip in the year is named at once; one that stands in the vault counts as not there."""
    with pytest.raises(NoSuchDayError):
        keeping.told_day(text)
    kept = state(Change(keeping.PLAN, NUMBER, f"{text} 2026-11-29 2026-11-29T09:00:00+00:00"))
    assert keeping.kept_plans(kept) == []


def test_the_day_a_number_is_given_up() -> None:
    """Deciding the same day again changes nothing; another day spreads the steps anew, and the plan's begin stays."""
    kept, changes = keeping.keep_plan(OwnerState(), NUMBER, ON, NOW)
    assert (kept.on, kept.begun) == (ON, NOW.replace(microsecond=0))
    first = state(*changes)
    assert keeping.kept_plans(first) == [kept]
    assert keeping.keep_plan(first, NUMBER, ON, NOW + dt.timedelta(days=3)) == (kept, [])
    later, changes = keeping.keep_plan(first, NUMBER, ON + dt.timedelta(days=9), NOW + dt.timedelta(days=3))
    assert (later.begun, later.dated) == (kept.begun, kept.dated + dt.timedelta(days=3))
    second = state(*changes, before=first)
    assert keeping.kept_plan(second, NUMBER) == later
    assert keeping.kept_plans(state(keeping.drop_plan(NUMBER), before=second)) == []


def test_what_is_done() -> None:
    """Marked, and said not to be done after all; of this number only."""
    other = keeping.mark_account("+16502530000", "alibaba", NOW)
    kept = state(keeping.mark_account(NUMBER, "alibaba", NOW), keeping.mark_account(NUMBER, "~a shop", NOW), other)
    kept = state(keeping.mark_account(NUMBER, "~a shop", NOW + dt.timedelta(days=1), done=False), before=kept)
    found = keeping.marks(kept, NUMBER)
    assert {key: (mark.when.day, mark.is_done) for key, mark in found.items()} == {
        "alibaba": (29, True), "~a shop": (30, False)
    }  # fmt: skip
    for key in ("x" * 401, "\udcff"):
        with pytest.raises(NumberKeyError):
            keeping.mark_account(NUMBER, key, NOW)


def test_what_a_list_counts() -> None:
    """ "They say 23" is kept with the offer that says it."""
    kept = state(keeping.keep_count(NUMBER, "one-key-check", 23))
    assert keeping.counts(kept, NUMBER) == {"one-key-check": 23}
    assert keeping.counts(kept, "+16502530000") == {}
    assert keeping.counts(state(keeping.keep_count(NUMBER, "one-key-check", None), before=kept), NUMBER) == {}
    with pytest.raises(ValueError, match="count"):
        keeping.keep_count(NUMBER, "one-key-check", -1)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([keeping.OWN, keeping.PLAN, keeping.DONE, keeping.COUNT]),
            st.sampled_from([NUMBER, f"{NUMBER} alibaba", f"{NUMBER} ", "x", ""]) | st.text(max_size=20),
            st.text(max_size=30) | st.integers(-(2**40), 2**60) | st.booleans() | st.sampled_from(
                ["2026-12-20 2026-11-29 2026-11-29T09:00:00+00:00", "2026-12-20 2026-11-29 2026-11-29T09:00:00",
                 "2026-11-29T09:00:00Z", "open 2026-11-29T09:00:00Z", "open open 2026-11-29T09:00:00Z", "a b c", "  "]
            ),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_a_document_may_say_anything(entries: list[tuple[str, str, str | int | bool]]) -> None:
    """Whoever knows the password writes what they like: nothing of it stops the program."""
    held = state(*(Change(*entry) for entry in entries))
    for label in keeping.own_numbers(held).values():
        assert label.isprintable()
    for kept in keeping.kept_plans(held):
        assert kept.begun.tzinfo is not None
    assert all(mark.when.tzinfo is not None for mark in keeping.marks(held, NUMBER).values())
    assert all(
        type(count) is int and 0 <= count <= keeping.MAX_COUNT for count in keeping.counts(held, NUMBER).values()
    )
