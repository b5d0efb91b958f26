"""What the simulated operator says of a number is true of its history, day by day."""

import datetime as dt
import zoneinfo

from hypothesis import example, given
from hypothesis import strategies as st

from phoneward.numbers.simulator import Contract, Subscriber
from phoneward.numbers.simulator.answers import has_tenure, is_recycled, latest_sim_change
from phoneward.numbers.simulator.state import State, contradiction

FIRST = dt.date(2024, 1, 1)
UTC = zoneinfo.ZoneInfo("UTC")
NUMBER = "+447700900001"


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def subscriber(*contracts: tuple[int, int | None, str], **more: object) -> Subscriber:
    made = tuple(
        Contract(begins=day(first), ends=None if last is None else day(last), holder=holder)
        for first, last, holder in contracts
    )
    return Subscriber(number=NUMBER, contracts=made, **more)  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn) -> Subscriber:
    """Contracts of three people one after the other, with and without gaps; the last may go on."""
    edges = sorted(draw(st.sets(st.integers(0, 30), max_size=8)))
    contracts: list[tuple[int, int | None, str]] = []
    position = 0
    while position < len(edges):
        holder = draw(st.sampled_from("ABC"))
        if position + 1 == len(edges):
            contracts.append((edges[position], None, holder))
            break
        contracts.append((edges[position], edges[position + 1], holder))
        position += draw(st.sampled_from((1, 2)))
    return subscriber(*contracts)


def holder_of(person: Subscriber, when: dt.date) -> str | None:
    """Whose the number is on one day, from the file's own words: from the first day until before the last."""
    holders = {
        contract.holder
        for contract in person.contracts
        for number in range(80)
        if day(number) == when
        and contract.begins <= day(number)
        and (contract.ends is None or day(number) < contract.ends)
    }
    assert len(holders) < 2
    return holders.pop() if holders else None


@given(histories(), st.integers(0, 40), st.integers(0, 40))
@example(subscriber((5, 10, "A"), (10, None, "B")), 10, 20)
@example(subscriber((5, 10, "A"), (10, None, "A")), 5, 20)
@example(subscriber((5, 10, "A"), (12, None, "A")), 5, 20)
def test_a_number_is_recycled_unless_one_person_had_it_every_day_since(
    person: Subscriber, asked: int, today: int
) -> None:
    assert contradiction(State(subscribers=(person,))) == ""
    asked = min(asked, today)
    hands = {holder_of(person, day(number)) for number in range(asked, today + 1)}
    kept = len(hands) == 1 and None not in hands
    assert is_recycled(person, day(asked), day(today)) is not kept
    assert has_tenure(person, day(asked), day(today)) is kept


def test_the_definitions_own_scenarios() -> None:
    """Number Recycling v0.2.0, scenarios 1 and 2 of its description, and its two notes."""
    alone = Subscriber(number=NUMBER, contracts=(Contract(begins=dt.date(2023, 10, 9), holder="A"),))
    today = dt.date(2024, 11, 2)
    assert not is_recycled(alone, dt.date(2023, 12, 22), today)
    assert not is_recycled(alone, dt.date(2023, 10, 9), today)
    again = Subscriber(
        number=NUMBER,
        contracts=(
            Contract(begins=dt.date(2023, 10, 9), ends=dt.date(2024, 2, 25), holder="A"),
            Contract(begins=dt.date(2024, 9, 21), holder="B"),
        ),
    )
    assert is_recycled(again, dt.date(2023, 12, 22), today)
    assert is_recycled(again, dt.date(2024, 2, 25), today)
    assert is_recycled(again, dt.date(2024, 9, 20), today)
    assert not is_recycled(again, dt.date(2024, 9, 21), today)


@given(histories(), st.lists(st.integers(0, 30 * 24), max_size=3), st.integers(0, 40 * 24))
def test_the_latest_sim_change_is_the_last_that_happened(person: Subscriber, changes: list[int], hour: int) -> None:
    begin = dt.datetime.combine(FIRST, dt.time(), dt.UTC)
    now = begin + dt.timedelta(hours=hour)
    moments = [begin + dt.timedelta(hours=change) for change in changes]
    swapped = subscriber(
        *(
            ((c.begins - FIRST).days, None if c.ends is None else (c.ends - FIRST).days, c.holder)
            for c in person.contracts
        ),
        sim_changes=tuple(moments),
    )
    for number in range(41):
        before = None if number == 0 else holder_of(person, day(number - 1))
        if holder_of(person, day(number)) not in {before, None}:
            moments.append(begin + dt.timedelta(days=number))
    # A holder who cancelled and signed again the same day keeps the SIM; a day's gap means a new one: seen above.
    expected = max((moment for moment in moments if moment <= now), default=None)
    assert latest_sim_change(swapped, now, UTC) == expected
    assert latest_sim_change(subscriber((0, None, "A"), has_sim=False), now, UTC) is None
