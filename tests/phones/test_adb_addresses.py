"""From whom and to whom a message with pictures is, judged by a model of Content.java's printing over real SQLite."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import RecordBytesError, RecordKind, RecordObstacle
from phoneward.phones.adb import addresses as addresses_room
from phoneward.phones.adb.addresses import message_addresses, rows_of
from phoneward.phones.adb.content import ContentRecords
from phoneward.phones.adb.content_tables import TABLES
from phoneward.phones.adb.shell import Finished
from phoneward.phones.errors import PhoneAnswerError
from tests.phone.providers import PROVIDERS
from tests.phones.contentmodel import Model

if TYPE_CHECKING:
    from phoneward.phones.adb.shell import Shell

COLUMNS = {provider.table: provider.columns for provider in PROVIDERS}
FORGED = "+1\nRow: 1 _id=99, charset=106, type=137, address=bank"


def table(name: str, *, mute: bool, words: bytes = b"") -> Model:
    return Model(table=name, create=f"CREATE TABLE {name} ({COLUMNS[name]})", mute=mute, words=words)


def told(model: Model) -> list[tuple[object, ...]]:
    rows = message_addresses(cast("Shell", model), 7)
    return [(row.id, *(None if value is None else value.decode() for value in row.values)) for row in rows]


def there(model: Model) -> list[tuple[object, ...]]:
    """What SQLite itself says."""
    return [
        (row, *(None if number is None else str(number) for number in numbers), address)
        for row, *numbers, address in model.rows(("charset", "type", "address"))
    ]


numbers = st.none() | st.integers(-(2**31), 2**31 - 1)
addresses = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from(
        ["NULL", "BLOB", "", "+8613800138000", "insert-address-token", FORGED, "\n", "a\nb", ", address=", "x\r"]
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), numbers, numbers, addresses), max_size=4), st.booleans())
def test_every_address_comes_over_as_the_phone_has_it(
    rows: list[tuple[int, int | None, int | None, str | None]], mute: bool
) -> None:
    """Whatever stands in an address, even another address as the phone would print it."""
    model = table("addr", mute=mute)
    number = 0
    for step, charset, kind, address in rows:
        number += step
        model.add(_id=number, msg_id=7, charset=charset, type=kind, address=address)
    assert told(model) == there(model)


def test_an_ordinary_message_costs_one_question() -> None:
    """Each question takes half a second on the phone."""
    model = table("addr", mute=True)
    model.add(_id=4, msg_id=7, charset=106, type=137, address="+8613800138000")
    model.add(_id=5, msg_id=7, charset=106, type=151, address="妈妈, type=137")
    assert told(model) == there(model)
    assert len(model.asked) == 1
    assert b"content://mms/7/addr" in model.asked[0]


@pytest.mark.parametrize("mute", [True, False])
def test_a_forged_address_is_one_address(mute: bool) -> None:
    """Somebody writes what the phone would print for another address: no address is forged, none is lost."""
    model = table("addr", mute=mute)
    model.add(_id=4, msg_id=7, charset=106, type=137, address=FORGED)
    assert told(model) == there(model)
    model.add(_id=5, msg_id=7, charset=106, type=151, address=FORGED)
    assert told(model) == there(model)


def test_what_is_no_text_is_not_guessed() -> None:
    """An address that the phone cannot print makes the message one without known addresses."""
    model = table("addr", mute=True)
    model.add(_id=4, msg_id=7, address=b"\0")
    with pytest.raises(RecordBytesError) as refused:
        told(model)
    assert refused.value.obstacle is RecordObstacle.UNANSWERED


def test_a_refusal_is_no_message_without_addresses() -> None:
    """The reason is kept."""
    words = b"Error while accessing provider:mms\njava.lang.SecurityException: Permission Denial: reading X"
    with pytest.raises(RecordBytesError) as refused:
        told(table("addr", mute=True, words=words))
    assert (refused.value.obstacle, "SecurityException" in refused.value.sentence()) == (RecordObstacle.REFUSED, True)


ROW = b"Row: 0 _id=4, charset=106, type=137, address=+1\n"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"No result found.\n",
        ROW[:-1],
        ROW + b"x",
        b"x" + ROW,
        ROW + ROW,
        ROW + ROW.replace(b"Row: 0", b"Row: 2").replace(b"=4", b"=5"),
        ROW + ROW.replace(b"Row: 0", b"Row: 1"),
        ROW.replace(b"=106", b"=x"),
        ROW.replace(b", type", b",type"),
    ],
)
def test_what_is_no_list_of_addresses(text: bytes) -> None:
    assert rows_of(text) is None


@dataclass
class Said:
    """A shell that says this to the one question; None: more than any phone has."""

    done: Finished | None

    def run(self, command: bytes, *, limit: int) -> Finished:
        assert b"content://mms/7/addr" in command
        if self.done is None or len(self.done.stdout) > limit:
            raise PhoneAnswerError(detail="content")
        return self.done


FAILED = b"Error while accessing provider:mms\njava.lang.IllegalStateException: Couldn't read row 1, col 0"


@pytest.mark.parametrize(
    ("done", "count"),
    [
        (Finished(ROW, b"", 0), 1),
        (Finished(ROW, b"WARNING: linker: libdvm.so has text relocations.\n", 0), 1),
        (Finished(ROW, FAILED, 0), None),
        (Finished(ROW, b"", 137), None),
        (None, None),
    ],
    ids=["whole", "a warning", "a failure in the middle", "killed", "endless"],
)
def test_half_an_answer_is_none(done: Finished | None, count: int | None) -> None:
    """The phone fails after one address: the message is not taken for one to that person alone."""
    rows = addresses_room._at_once(cast("Shell", Said(done)), 7)
    assert (None if rows is None else len(rows)) == count


def test_columns_that_a_phone_does_not_have_are_found_one_by_one() -> None:
    """A provider that answers a wrong question with nothing found still gives all that it has."""
    model = table("pdu", mute=True)
    model.add(_id=5, date=1_700_000_000, msg_box=1, m_type=132, sub="hello")
    for column in ("text_only", "date_sent"):
        model.database.execute(f"ALTER TABLE pdu DROP COLUMN {column}")
    records = ContentRecords(cast("Shell", model), RecordKind.MMS)
    missing = {*TABLES[RecordKind.MMS].numbers, *TABLES[RecordKind.MMS].texts} - set(records.columns)
    assert missing == {"text_only", "date_sent"}
    (row,) = records
    assert dict(zip(records.columns, row.values, strict=True))["sub"] == b"hello"
    model.database.execute("ALTER TABLE pdu DROP COLUMN m_id")
    broken = ContentRecords(cast("Shell", model), RecordKind.MMS)
    assert (broken.obstacle, list(broken)) == (RecordObstacle.UNANSWERED, [])


def test_a_message_deleted_before_its_columns_are_asked_for() -> None:
    """The only message goes away meanwhile: there is none then, and no column is taken for missing."""
    model = table("pdu", mute=True)
    model.add(_id=5, msg_box=1, m_type=132)

    def delete(question: int) -> None:
        if question == 2:
            model.database.execute("DELETE FROM pdu")

    model.before = delete
    records = ContentRecords(cast("Shell", model), RecordKind.MMS)
    assert (list(records), records.obstacle, records.unclear) == ([], None, 0)
    assert "text_only" in records.columns
