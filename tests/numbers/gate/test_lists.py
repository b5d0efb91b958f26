"""Lists of disconnected numbers, and the US database's answers: files, millions of lines long."""

import asyncio
import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.numbers.gate import Question, Reply, Word
from phoneward.numbers.gate.lists import ListError, NumberIndex, Shape, read_rows
from phoneward.numbers.gate.providers.disconnected import DisconnectedList, open_index
from phoneward.numbers.gate.providers.reassigned import (
    Query,
    ReassignedNumbers,
    answer,
    answers,
    answers_index,
    covered_through,
)
from tests.numbers.gate.operators import NOW, SINCE

DAY = dt.timedelta(days=1)
LISTED = """number,disconnected
+919000000001,2024-02-01
"+91 90000 00002",2024-03-05
+91-9000000003,2024-05-01
+919000000004,2024-02-01
+919000000004,2024-06-01
+919000000005
"""


def ask(index: NumberIndex, number: str) -> Reply:
    provider = DisconnectedList("list", index, clock=lambda: NOW)
    return asyncio.run(provider.ask(Question(number=number, since=SINCE)))


@pytest.mark.parametrize(
    ("number", "word", "code"),
    [
        ("+919000000001", "UNKNOWN", "disconnected-earlier"),
        ("+919000000002", "UNKNOWN", "same-day"),
        ("+919000000003", "CHANGED", "disconnected"),
        ("+919000000004", "CHANGED", "disconnected"),
        ("+919000000005", "CHANGED", "disconnected"),
        ("+919000000006", "UNKNOWN", "not-listed"),
        ("+91900000000", "UNKNOWN", "not-listed"),
    ],
)
def test_a_list_says_changed_or_nothing(number: str, word: str, code: str, tmp_path: Path) -> None:
    """Bound on 5 March 2024. Whoever is not on it may be on the next: never SAME."""
    path = tmp_path / "list.csv"
    path.write_text(LISTED)
    with open_index(path, Shape(), from_day=dt.date(2026, 4, 1), until_day=dt.date(2026, 4, 30)) as index:
        reply = ask(index, number)
    assert (reply.word, reply.reasons[0].code) == (word, code)
    assert number not in repr(reply)


@pytest.mark.parametrize(
    ("content", "shape", "problem"),
    [
        (b"9000000001\n", Shape(), "line 1: a number without"),
        (b"+919000000001,2024-01-01\nhello\n", Shape(country_code="91"), "line 2: not a phone number"),
        (b"+919000000001,2024-01-01\n+91900000000x\n", Shape(), "line 2: not a phone number"),
        (b"+919000000001,01-02-2024\n", Shape(), "line 1: the date"),
        (b"+919000000001\n", Shape(), "line 1: no date"),
        (b"+9190000000011234567890\n", Shape(), "line 1: not a phone number"),
        (b"+" + b"9" * 5000, Shape(), "longer than"),
        (b'+919000000001,"2024-01-01\n', Shape(), "quotation mark"),
        (b"+91900\xff0001\n", Shape(), "UTF-8"),
        ("number\n+919000000001,2024-01-01\n".encode("utf-16"), Shape(), "UTF-8"),
        (b"\x00\x00\x00\x00", Shape(country_code="91"), "holds no number"),
        (b"", Shape(), "holds no number"),
        (b"number,date\n", Shape(), "holds no number"),
        (None, Shape(), "No such file"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole_and_the_old_index_stays(
    content: bytes | None, shape: Shape, problem: str, tmp_path: Path
) -> None:
    """The sentence names the line and no number, and nothing half-read is used."""
    path = tmp_path / "list.csv"
    path.write_text(LISTED.replace("+919000000005\n", ""))
    with open_index(path, Shape()) as index:
        assert len(index) == 4
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(ListError, match=problem) as error:
        open_index(path, shape)
    assert "9000" not in str(error.value)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == ["list.csv", "list.csv.index"][content is None :]
    with NumberIndex(tmp_path / "list.csv.index") as index:
        assert len(index) == 4


def test_other_ways_to_write_a_list_are_told_in_the_configuration(tmp_path: Path) -> None:
    """National numbers, another order of columns, other dates, semicolons, a mark at the beginning."""
    path = tmp_path / "list.csv"
    path.write_bytes("\ufeffDate;Name;Nr\r\n05-04-2026;x;09000000001\r\n\r\n06-04-2026;y;9000000002\r\n".encode())
    shape = Shape(country_code="91", number_column=3, date_column=1, date_format="%d-%m-%Y", delimiter=";")
    assert [(row.number, row.date) for row in read_rows(path, shape)] == [
        (919000000001, dt.date(2026, 4, 5)),
        (919000000002, dt.date(2026, 4, 6)),
    ]


def test_an_index_is_made_once_and_again_when_the_list_changes(tmp_path: Path) -> None:
    """A month's list replaces the last one at the next start; a broken index is made anew."""
    path = tmp_path / "list.csv"
    path.write_text("+919000000001,2026-04-01\n")
    place = tmp_path / "list.csv.index"
    open_index(path, Shape()).close()
    made = place.stat().st_mtime_ns
    open_index(path, Shape()).close()
    assert place.stat().st_mtime_ns == made
    path.write_text("+919000000009,2026-05-01\n")
    os.utime(path, ns=(made + 10**9, made + 10**9))
    with open_index(path, Shape()) as index:
        assert index.get("+919000000001") is None
        assert index.get("+919000000009") is not None
    for broken in (b"", b"no database", place.read_bytes()[:5000]):
        place.write_bytes(broken)
        with open_index(path, Shape()) as index:
            assert index.get("+919000000009") is not None


@given(
    st.lists(st.tuples(st.integers(10**5, 10**5 + 30), st.none() | st.integers(1, 50), st.none() | st.integers(1, 50)))
)
def test_the_index_keeps_the_largest_of_each(rows: list[tuple[int, int | None, int | None]]) -> None:
    """Against a plain dictionary."""
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"phoneward-index-{os.getpid()}"
    expected: dict[int, tuple[int | None, int | None]] = {}
    for number, *values in rows:
        pairs = zip(expected.get(number, (None, None)), values, strict=True)
        a, b = (max((v for v in pair if v is not None), default=None) for pair in pairs)
        expected[number] = (a, b)
    try:
        with NumberIndex.build(path, rows, "x") as index:
            assert {n: index.get(f"+{n}") for n in range(10**5, 10**5 + 31) if n in expected} == expected
            assert len(index) == len(expected)
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("disconnected", "date", "said"),
    [
        (dt.date(2022, 5, 10), dt.date(2022, 5, 9), "yes"),
        (dt.date(2022, 5, 10), dt.date(2022, 5, 10), "yes"),
        (dt.date(2022, 5, 10), dt.date(2022, 5, 11), "no"),
        (dt.date(2022, 5, 10), dt.date(2019, 1, 1), "yes"),
        (None, dt.date(2021, 1, 27), "no"),
        (None, dt.date(2026, 1, 1), "no"),
        (None, dt.date(2021, 1, 26), "no data"),
        (None, dt.date(2000, 1, 1), "no data"),
    ],
)
def test_the_databases_rules_are_those_of_the_fcc(disconnected: dt.date | None, date: dt.date, said: str) -> None:
    """DA 21-1649: yes, no, no data."""
    assert answer(disconnected, date) == said


@pytest.mark.parametrize(
    ("day", "through"),
    [
        ("2026-05-16", "2026-05-10"),
        ("2026-05-15", "2026-04-10"),
        ("2026-01-03", "2025-12-10"),
        ("2026-03-01", "2026-02-10"),
    ],
)
def test_what_carriers_reported_by_now_reaches_at_least_to_the_tenth(day: str, through: str) -> None:
    """They report by the 15th."""
    assert covered_through(dt.date.fromisoformat(day)) == dt.date.fromisoformat(through)


def test_between_two_reports_nobody_can_have_been_given_the_number() -> None:
    """Each day of two years: what a live "no" covers, with 45 days of aging, reaches to that day."""
    for number in range(730):
        day = dt.date(2025, 1, 1) + number * DAY
        assert day - covered_through(day) < 45 * DAY


@pytest.mark.parametrize(
    ("number", "said", "answered_on", "word", "code"),
    [
        ("+12025550123", "yes", None, "CHANGED", "disconnected"),
        ("+12025550123", "no", None, "SAME", "not-disconnected"),
        ("+12025550123", "no", dt.date(2026, 4, 16), "SAME", "not-disconnected"),
        ("+12025550123", "no", dt.date(2026, 4, 15), "UNKNOWN", "stale"),
        ("+12025550123", "no data", None, "UNKNOWN", "no-data"),
        ("+12025550123", "No", None, "UNKNOWN", "bad-answer"),
        ("+12025550123", "", None, "UNKNOWN", "bad-answer"),
        ("+14165550123", "no", None, "UNKNOWN", "other-area"),
        ("+18765550123", "no", None, "UNKNOWN", "other-area"),
        ("+447700900123", "no", None, "UNKNOWN", "other-area"),
        ("+17875550123", "no", None, "SAME", "not-disconnected"),
    ],
)
def test_only_no_is_same_only_for_american_numbers_and_only_while_it_is_fresh(
    number: str, said: str, answered_on: dt.date | None, word: str, code: str
) -> None:
    """A Canadian number is never in the database, and "no" for that reason alone would be wrong."""
    asked = []

    async def query(_number: str, date: dt.date) -> str:
        asked.append(date)
        return said

    provider = ReassignedNumbers("rnd", query, clock=lambda: NOW, answered_on=answered_on)
    reply = asyncio.run(provider.ask(Question(number=number, since=SINCE)))
    assert (reply.word, reply.reasons[0].code) == (word, code)
    assert asked == ([] if code == "other-area" else [dt.date(2024, 3, 5)])


@pytest.mark.parametrize(("day", "word"), [(24, "SAME"), (26, "UNKNOWN")])
def test_a_no_holds_for_as_long_as_a_number_rests(day: int, word: str) -> None:
    """Reported through 10 April; disconnected the day after, it could be somebody else's from 26 May on."""

    async def query(_number: str, _date: dt.date) -> str:
        return "no"

    now = dt.datetime(2026, 5, day, tzinfo=dt.UTC)
    provider = ReassignedNumbers("rnd", query, clock=lambda: now, answered_on=dt.date(2026, 4, 16))
    assert asyncio.run(provider.ask(Question(number="+12025550123", since=SINCE))).word == word


@pytest.mark.parametrize(("error", "code"), [(TimeoutError(), "timed-out"), (ConnectionError(), "unreachable")])
def test_a_database_that_does_not_answer_says_nothing(error: OSError, code: str) -> None:
    """An error of the service's own function is a reason."""

    async def query(_number: str, _date: dt.date) -> str:
        raise error

    reply = asyncio.run(
        ReassignedNumbers("rnd", query, clock=lambda: NOW).ask(Question(number="+12025550123", since=SINCE))
    )
    assert (reply.word, reply.reasons[0].code) == (Word.UNKNOWN, code)


async def ask_all(query: Query, wanted: list[tuple[str, int]]) -> dict[tuple[str, int], str]:
    return {(number, day): await query(number, dt.date(2024, 3, day)) for number, day in wanted}


def test_a_file_of_answers_answers_for_the_dates_it_covers(tmp_path: Path) -> None:
    """A "no" about a date covers later ones, a "yes" earlier ones; what was not asked is no data."""
    path = tmp_path / "answers.csv"
    path.write_text(
        "+12025550101,2024-03-01,no\n+12025550102,2024-03-10,yes\n+12025550103,2024-03-01,no_data\n"
        "+12025550104,2024-03-10,no\n+12025550104,2024-03-01,YES\n"
    )
    shape = Shape(answer_column=3)
    expected = {
        ("+12025550101", 1): "no", ("+12025550101", 9): "no", ("+12025550102", 10): "yes", ("+12025550102", 1): "yes",
        ("+12025550102", 11): "no data", ("+12025550103", 5): "no data", ("+12025550199", 5): "no data",
        ("+12025550104", 10): "no", ("+12025550104", 1): "yes", ("+12025550104", 5): "no data",
    }  # fmt: skip
    with answers_index(path, shape) as index:
        assert asyncio.run(ask_all(answers(index), list(expected))) == expected
    for bad in ("+12025550101,2024-03-01,maybe\n", "+12025550101,,no\n", "+12025550101,2024-03-01\n"):
        path.write_text(bad)
        with pytest.raises(ListError, match="line 1: needs a number"):
            answers_index(path, shape)


def test_answers_of_a_day_to_come_are_of_no_known_age() -> None:
    """Somebody wrote 2036 for 2026: the answers would be good for ever."""

    async def query(_number: str, _date: dt.date) -> str:
        return "no"

    provider = ReassignedNumbers("rnd", query, clock=lambda: NOW, answered_on=NOW.date() + dt.timedelta(days=3650))
    reply = asyncio.run(provider.ask(Question(number="+12025550123", since=SINCE)))
    assert (reply.word, reply.reasons[0].code) == ("UNKNOWN", "stale")
