"""What is taken from the snapshot before, and what is asked for again: the file must be the same either way."""

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import ADDRESS_COLUMNS, Identity, Phone, Record, RecordBytesError, RecordKind, RecordObstacle
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.records.gathering import SAME_MESSAGE
from phoneward.snapshots.records.taking import take_records
from tests.snapshots.records.test_mms_xml import Sealer

MESSAGE_COLUMNS = (*SAME_MESSAGE, "read", "sub")
PART_COLUMNS = ("mid", "seq", "ct", "_data", "text")


@dataclass
class Table:
    columns: tuple[str, ...]
    rows: list[Record]
    obstacle: RecordObstacle | None = None
    detail: str = ""
    unclear: int = 0
    gone: int = 0

    @property
    def listed(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.rows)


@dataclass
class Telephone:
    """A phone as it is asked. Its pictures have names that are never given out twice, as on a phone."""

    messages: dict[int, tuple[bytes | None, ...]] = field(default_factory=dict)
    parts: dict[int, tuple[bytes | None, ...]] = field(default_factory=dict)
    addresses: dict[int, list[Record]] = field(default_factory=dict)
    files: dict[bytes, bytes] = field(default_factory=dict)
    refused: frozenset[int] = frozenset()
    asked: list[tuple[str, int]] = field(default_factory=list)
    identity: Identity = field(default_factory=lambda: Identity("0" * 16, "phone", "adb"))

    def records(self, kind: RecordKind) -> Table:
        tables = {
            RecordKind.MMS: Table(MESSAGE_COLUMNS, [Record(*one) for one in sorted(self.messages.items())]),
            RecordKind.MMS_PARTS: Table(PART_COLUMNS, [Record(*one) for one in sorted(self.parts.items())]),
        }
        return tables.get(kind) or Table((), [])

    def message_addresses(self, number: int) -> Sequence[Record]:
        self.asked.append(("addresses", number))
        if -number in self.refused:
            raise RecordBytesError(RecordObstacle.REFUSED, detail="no")
        return self.addresses.get(number, [])

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        assert (kind, limit) == (RecordKind.MMS_PARTS, 32 << 20)
        self.asked.append(("bytes", number))
        data = self.files[self.parts[number][3] or b""]
        yield data[:3]
        if number in self.refused:
            raise RecordBytesError(RecordObstacle.UNANSWERED, detail="no")
        yield data[3:]


def taken(phone: Telephone, earlier: bytes | None = None) -> tuple[bytes, Gaps]:
    gaps = Gaps()
    with ExitStack() as stack:
        found = take_records(
            cast("Phone", phone),
            Sealer(),
            gaps,
            lambda _event: None,
            stack,
            earlier=lambda path: io.BytesIO(earlier) if earlier is not None and path.endswith(b"sms.xml") else None,
        )
        (messages,) = [one for one in found if one.file.name == b"sms.xml"]
        return b"".join(messages.text()), gaps


small = st.sampled_from([b"1", b"2", None, b"NULL", "短信\x01".encode(), b"\xff"])
numbers = st.sampled_from([b"1", b"2", None])
rows = st.tuples(numbers, numbers, numbers, small, small, small, numbers, small)
names = st.sampled_from([b"/p/1", b"/p/2", b"/p/3", None])


@st.composite
def telephones(draw: st.DrawFn) -> Telephone:
    phone = Telephone()
    phone.messages = draw(st.dictionaries(st.integers(1, 4), rows, max_size=4))
    for part in range(1, draw(st.integers(1, 5))):
        phone.parts[part] = (b"%d" % draw(st.integers(1, 4)), draw(numbers), draw(small), draw(names), draw(small))
    phone.addresses = {
        number: [Record(n, (b"106", draw(numbers), draw(small))) for n in range(draw(st.integers(0, 2)))]
        for number in phone.messages
    }
    phone.files = {b"/p/1": b"one", b"/p/2": b"two two", b"/p/3": b""}
    phone.refused = draw(st.frozensets(st.integers(-4, 4), max_size=3))
    return phone


def addresses_follow(before: Telephone, now: Telephone) -> None:
    """A message that stays itself keeps its addresses: so it is on a phone."""
    for number, row in now.messages.items():
        old = before.messages.get(number)
        if old is not None and old[: len(SAME_MESSAGE)] == row[: len(SAME_MESSAGE)]:
            now.addresses[number] = before.addresses[number]


@settings(max_examples=250, deadline=None)
@given(telephones(), telephones())
def test_what_is_not_asked_again_is_the_same(before: Telephone, now: Telephone) -> None:
    """Whatever changed on the phone, the file is what it would be if all of it were asked for."""
    addresses_follow(before, now)
    earlier, _gaps = taken(before)
    without, gaps_without = taken(now)
    asked_without = now.asked
    now.asked = []
    now.refused = frozenset()
    complete, none = taken(now)
    assert not none.total
    now.asked = []
    with_it, gaps_with = taken(now, earlier)
    assert with_it == complete
    assert not gaps_with.total
    assert len(now.asked) <= len(asked_without)
    now.asked = []
    again, _gaps = taken(now, with_it)
    assert (again, now.asked) == (with_it, [])
    assert bool(gaps_without.total) == (b"phoneward_missing" in without)


def one() -> Telephone:
    phone = Telephone()
    phone.messages = {1: (b"5", b"1", b"132", b"a", None, None, b"0", None)}
    phone.parts = {7: (b"1", b"0", b"image/png", b"/p/1", None), 8: (b"2", b"0", b"image/png", b"/p/2", None)}
    phone.addresses = {1: [Record(3, (b"106", b"137", b"+1"))]}
    phone.files = {b"/p/1": b"one", b"/p/2": b"two"}
    return phone


def test_what_was_refused_is_asked_for_again() -> None:
    """A picture that the phone did not give yesterday, and gives today, is there today."""
    phone = one()
    whole, _gaps = taken(phone)
    phone.refused = frozenset({7, -1})
    lacking, gaps = taken(phone)
    assert [(gap.path, gap.detail) for gap, _place in gaps.named()] == [
        ("content://mms/1", "addresses: refused; part 7: unanswered")
    ]
    phone.refused = frozenset()
    assert taken(phone, lacking)[0] == whole


def test_a_damaged_file_before_costs_questions_only() -> None:
    """A vault that lost a piece of the last file does not spoil the next one."""
    phone = one()
    whole, _gaps = taken(phone)
    for end in range(0, len(whole), 7):
        assert taken(phone, whole[:end])[0] == whole
    assert taken(phone, b"<x/>")[0] == whole
    assert taken(phone, whole.replace(b'_id="1"', b'_id="nonsense"'))[0] == whole


def test_a_refused_table_of_parts_is_a_lack_of_every_message() -> None:
    """Where the phone shows messages and nothing of what they hold, that is said of each of them."""
    phone = one()
    records = phone.records

    def without(kind: RecordKind) -> Table:
        return Table((), [], RecordObstacle.REFUSED) if kind is RecordKind.MMS_PARTS else records(kind)

    phone.records = without  # type: ignore[method-assign]
    text, gaps = taken(phone)
    assert b'<parts phoneward_missing="refused">' in text
    assert [(gap.path, gap.detail) for gap, _place in gaps.named()] == [("content://mms/1", "parts: refused")]


def test_the_model_knows_the_columns() -> None:
    assert ADDRESS_COLUMNS == ("charset", "type", "address")
    assert taken(one())[0].count(b" data=") == 1
