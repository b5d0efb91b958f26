"""Text messages by `content query`, judged by an independent model of Content.java's printing over real SQLite.

No recorded output is copied here: the public ones found are other people's calls and messages. Their shape is the
model's: `Row: 0 date=1750312804859, …, post_dial_digits=, …` of phones that print 64 bits.
"""

from itertools import pairwise
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import BLOB_VALUE, RecordKind, RecordObstacle
from phoneward.phones.adb import content
from phoneward.phones.adb.content import ContentRecords, obstacle_of
from phoneward.phones.adb.rowtext import NOTHING, one_value, parse_ids, split_fields, split_rows
from tests.phones.contentmodel import SMS_COLUMNS, Model, model_of

if TYPE_CHECKING:
    from phoneward.phones.adb.shell import Shell

DATE = 1_700_000_000_123


def read(model: Model) -> ContentRecords:
    return ContentRecords(cast("Shell", model), RecordKind.SMS)


def told(model: Model) -> list[tuple[object, ...]]:
    """What we read, as SQLite itself would give it."""
    records = read(model)
    numbers = len(records.columns) - 4
    rows: list[tuple[object, ...]] = []
    for record in records:
        values = [None if value is None else value.decode() for value in record.values]
        rows.append((record.id, *(None if v is None else int(v) for v in values[:numbers]), *values[numbers:]))
    assert (records.obstacle, records.unclear, records.gone) == (None, 0, 0)
    assert records.listed == len(rows)
    return rows


bodies = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.lists(
        st.sampled_from(
            [
                *("NULL", "BLOB", ", body=", ", subject=", ", address=", "\n", "Row: 1 _id=2, date=", "Row: 0 _id=1, "),
                *("\nRow: 1 _id=2, date=5, date_sent=0", "No result found.\n", "😀", "'", "\r\n", "=", "短信"),
                *("\nRow: 2 _id=3, date=", "x", " "),
            ]
        ),
        max_size=6,
    ).map("".join),
)
dates = st.one_of(st.none(), st.integers(0, 2**41), st.sampled_from([0, 2**31, 2**31 - 1, 2**32, DATE]))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), dates, dates, bodies, bodies, bodies, bodies), max_size=5),
    st.booleans(),
)
def test_every_message_comes_over_as_the_phone_has_it(
    rows: list[tuple[int, int | None, int | None, str | None, str | None, str | None, str | None]], truncates: bool
) -> None:
    """Whatever people write, even text that looks like the phone's own print, is read as it is, on old phones too."""
    model = Model(truncates=truncates)
    number = 0
    for step, date, sent, address, center, subject, body in rows:
        number += step
        model.add(
            _id=number,
            date=date,
            date_sent=sent,
            address=address,
            service_center=center,
            subject=subject,
            body=body,
            type=1,
        )
    assert told(model) == model.rows()


def test_a_message_that_pretends_to_be_two_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes what the phone would print for another message: nothing is forged, nothing is lost."""
    model = Model()
    middle = ", date_sent=0, thread_id=NULL, type=1, read=0, seen=0, status=-1, protocol=NULL, locked=0, sub_id=-1"
    forged = f"\nRow: 1 _id=2, date={DATE}{middle}, address=bank, service_center=NULL, subject=NULL, body=pay"
    model.add(_id=1, date=DATE, type=1, address="them", body="hello" + forged)
    model.add(_id=2, date=DATE, type=1, address="mum", body="supper?")
    for number in range(3, 40):
        model.add(_id=number, date=DATE + number, type=1, address="x, service_center=y", body=f"message {number}")
    assert told(model) == model.rows()
    monkeypatch.setattr(content, "PAGE", 7)
    assert told(model) == model.rows()


def test_a_forged_line_for_a_message_deleted_meanwhile_is_not_believed() -> None:
    """A message is deleted while the phone is asked, and another one imitates its line."""
    model = Model()
    middle = ", date_sent=0, thread_id=NULL, type=1, read=0, seen=0, status=-1, protocol=NULL, locked=0, sub_id=-1"
    forged = f"\nRow: 1 _id=2, date={DATE}{middle}, address=bank, service_center=NULL, subject=NULL, body=pay"
    model.add(_id=1, date=DATE, type=1, address="them", body="hello" + forged)
    model.add(_id=2, date=DATE, type=1, address="mum", body="supper?")

    def delete(question: int) -> None:
        if question == 4:  # ids, columns, texts like NULL; then the page
            model.database.execute("DELETE FROM sms WHERE _id=2")

    model.before = delete
    records = read(model)
    assert [record.id for record in records] == [1]
    assert (records.gone, records.unclear, records.listed) == (1, 0, 2)


def test_a_message_deleted_while_it_is_asked_for_alone_is_gone() -> None:
    """It is counted as deleted, not as unreadable."""
    model = Model()
    model.add(_id=1, date=DATE, type=1, address="a", body="x, subject=y, body=z")

    def delete(question: int) -> None:
        if question == 5:  # ids, columns, texts like NULL, the row; then parts of it
            model.database.execute("DELETE FROM sms")

    model.before = delete
    records = read(model)
    assert (list(records), records.gone, records.unclear) == ([], 1, 0)


def test_what_the_phone_cannot_print_is_named_not_guessed() -> None:
    """A text that is no text is left out and counted."""
    model = Model()
    model.add(_id=1, date=DATE, type=1, address="a", body=b"\0\1")
    model.add(_id=2, date=DATE, type=1, address="a", body="BLOB")
    records = read(model)
    assert [record.id for record in records] == [2]
    assert records.unclear == 1


def test_a_date_that_fits_nowhere_is_named() -> None:
    """A cut-off date whose upper half nobody can tell is not guessed."""
    model = Model(truncates=True)
    model.add(_id=1, date=2**45 + 7, type=1, body="far away")
    model.add(_id=2, date=DATE, type=1, body="now")
    records = read(model)
    assert [(record.id, record.values[0]) for record in records] == [(2, b"1700000000123")]
    assert records.unclear == 1


def test_columns_that_a_phone_does_not_have_are_left_out() -> None:
    """Android before 5.1 has no column for the SIM card."""
    model = Model()
    model.add(_id=5, date=DATE, type=1, address="a", body="b")
    model.database.execute("ALTER TABLE sms DROP COLUMN sub_id")
    records = read(model)
    assert "sub_id" not in records.columns
    assert next(iter(records)).values[-1] == b"b"


@pytest.mark.parametrize(
    ("words", "obstacle"),
    [
        (
            b"Error while accessing provider:sms\njava.lang.SecurityException: Permission Denial: reading X",
            RecordObstacle.REFUSED,
        ),
        (
            b"Error while accessing provider:sms\njava.lang.IllegalStateException: Could not find provider: sms",
            RecordObstacle.ABSENT,
        ),
        (b"/system/bin/sh: content: not found", RecordObstacle.UNANSWERED),
        (b"", RecordObstacle.UNANSWERED),
    ],
)
def test_a_refusal_has_its_reason(words: bytes, obstacle: RecordObstacle) -> None:
    """A phone that refuses is not a phone without messages."""
    records = read(Model(words=words or b" "))
    assert (records.obstacle, list(records), records.listed) == (obstacle, [], 0)
    assert obstacle_of(words) == obstacle


def test_a_phone_that_answers_nonsense_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 3,000 messages that no question brings over, some hundred are tried, and all are counted."""
    model = Model()
    for number in range(3_000):
        model.add(_id=number + 1, date=DATE, type=1, body="x")
    monkeypatch.setattr(content, "MORE_QUESTIONS", 60)
    records = read(model)
    monkeypatch.setattr(content, "split_rows", lambda *_args: None)
    monkeypatch.setattr(content, "one_value", lambda *_args: None)
    assert list(records) == []
    assert records.unclear == 3_000
    assert len(model.asked) < 300


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"Row: 0 _id=1",
        b"Row: 0 _id=1, date=5\n",
        b"Row: 1 _id=1\n",
        b"Row: 0 _id=2\nRow: 1 _id=1\n",
        b"Row: 0 _id=1\nRow: 1 _id=1\n",
        b"Row: 0 _id=1\nnoise\n",
        b"noise\nRow: 0 _id=1\n",
        b"Row: 0 _id=-1\n",
        b"Row: 0 _id=99999999999999999999\n",
        b"No result found.",
        b"No result found.\nRow: 0 _id=1\n",
    ],
)
def test_what_is_no_list_of_ids(text: bytes) -> None:
    assert parse_ids(text) is None


def test_lists_of_ids() -> None:
    assert list(parse_ids(NOTHING) or ()) == []
    assert list(parse_ids(b"Row: 0 _id=3\nRow: 1 _id=70\n") or ()) == [3, 70]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"Row: 0 _id=1, a=x",
        b"Row: 0 _id=2, a=x\n",
        b" Row: 0 _id=1, a=x\nRow: 1 _id=2, a=y\n",
        b"Row: 0 _id=1, a=x\nRow: 1 _id=2, a=y\nRow: 1 _id=2, a=z\n",
        b"Row: 0 _id=1, a=x\nRow: 0 _id=1, a=x\nRow: 1 _id=2, a=y\n",
        b"Row: 1 _id=2, a=y\nRow: 0 _id=1, a=x\n",
    ],
)
def test_rows_that_can_be_read_in_two_ways_are_not_read(text: bytes) -> None:
    assert split_rows(text, [1, 2], "a") is None


@given(
    st.lists(
        st.sampled_from([b"Row: 0 _id=1, a=", b"Row: 1 _id=2, a=", b"\n", b"1", b", b=", b", a=", b"NULL"]), max_size=9
    ).map(b"".join)
)
def test_taken_apart_and_put_together_is_the_same(text: bytes) -> None:
    """The parts of what is accepted are the whole, for any text."""
    rows = split_rows(text, [1, 2], "a")
    if rows is not None:
        assert b"".join(b"Row: %d _id=%d, %s\n" % (n, n + 1, row) for n, row in enumerate(rows)) == text
    fields = split_fields(text, ("a",), ("b", "a"))
    if fields is not None:
        assert b"a=%s, b=%s, a=%s" % tuple(fields) == text
    value = one_value(text, 1, "a")
    if value is not None:
        assert b"Row: 0 _id=1, a=%s\n" % value == text


def test_memory_of_the_ids_is_all_that_grows() -> None:
    """Pages are asked for one after the other, by ranges of ids that do not overlap."""
    model = Model()
    for number in range(2_500):
        model.add(_id=number * 2 + 1, date=DATE, type=1, body="x")
    assert len(told(model)) == 2_500
    ranges = [command for command in model.asked if b"date:" in command and b">=" in command]
    assert len(ranges) == 3
    ends = [int(command.split(b"_id<=")[1].split(b"'")[0]) for command in ranges]
    assert all(first < second for first, second in pairwise(ends))


def test_the_model_is_asked_for_all_columns() -> None:
    model = Model()
    model.add(_id=1, date=DATE, type=1, body="x")
    assert read(model).columns == SMS_COLUMNS


def test_data_of_5000_contacts_cost_few_questions() -> None:
    """50,000 rows of names and numbers, some that imitate other columns: an hour of questions would be no backup."""
    model = model_of("com.android.contacts/data")
    for number in range(1, 50_001):
        model.add(
            _id=number,
            raw_contact_id=number // 10 + 1,
            mimetype="vnd.android.cursor.item/phone_v2",
            data1=f"+86 138 {number}",
            data2="0",
            data3="home, data4=x" if number % 500 == 0 else "NULL" if number % 5 == 0 else "",
            data15=b"\0" if number % 7 == 0 else None,
        )
    records = ContentRecords(cast("Shell", model), RecordKind.CONTACT_DATA)
    rows = list(records)
    assert (len(rows), records.unclear, records.gone) == (50_000, 0, 0)
    label, blob = records.columns.index("data3"), records.columns.index("data15")
    assert [row.values[label] for row in rows[3:5]] == [b"", b"NULL"]
    assert [row.values[blob] for row in rows[5:7]] == [None, BLOB_VALUE]
    assert rows[499].values[label] == b"home, data4=x"
    ordinary, texts, ambiguous = 2 * 50 + 3, 17, 100
    assert len(model.asked) <= ordinary + 2 * texts + 10 * ambiguous
