"""Contacts and their photos, from a phone that answers as it is told: what is asked, kept, taken over, and named."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import cast

import pytest

from phoneward.phones import Identity, Phone, Record, RecordBytesError, RecordKind, RecordObstacle
from phoneward.phones.adb.content_tables import TABLES
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.records import people
from phoneward.snapshots.records.taking import take_records
from phoneward.snapshots.records.vcard import BYTES, Card, cards_in, rows_in
from tests.snapshots.records.test_gathering import Table
from tests.snapshots.records.test_mms_xml import Sealer

ITEM = "vnd.android.cursor.item/"
LARGE, THUMB = b"\xff\xd8large", b"\xff\xd8thumb"
Rows = list[dict[str, object]]


def photo(number: int, raw: int, file: str | None = None, *, thumbnail: bool = True) -> dict[str, object]:
    row = {"_id": number, "raw_contact_id": raw, "mimetype": ITEM + "photo", "data14": file}
    return row | ({"data15": BYTES} if thumbnail else {})


@dataclass
class Telephone:
    """A phone with two contacts; the first has a large photo with a thumbnail, the second a thumbnail alone."""

    contacts: Rows = field(default_factory=lambda: [{"_id": 1, "display_name": "Mum"}, {"_id": 2}])
    raw: Rows = field(default_factory=lambda: [{"_id": 3, "contact_id": 1, "starred": 1}, {"_id": 5, "contact_id": 2}])
    data: Rows = field(default_factory=lambda: [photo(10, 3, "7"), photo(11, 5)])
    groups: Rows = field(default_factory=lambda: [{"_id": 20, "title": "Family"}, {"_id": 21, "title": "Work"}])
    large: dict[int, bytes | RecordObstacle] = field(default_factory=lambda: {7: LARGE})
    thumbs: dict[int, bytes | RecordObstacle] = field(default_factory=lambda: {10: THUMB, 11: THUMB})
    asked: list[tuple[str, int]] = field(default_factory=list)
    identity: Identity = field(default_factory=lambda: Identity("0" * 16, "phone", "adb", api_level=34))

    def records(self, kind: RecordKind) -> Table:
        rows = {
            RecordKind.CONTACTS: self.contacts,
            RecordKind.RAW_CONTACTS: self.raw,
            RecordKind.CONTACT_DATA: self.data,
            RecordKind.CONTACT_GROUPS: self.groups,
        }.get(kind)
        if rows is None:
            return Table((), [])
        columns = (*TABLES[kind].numbers, *TABLES[kind].texts)
        return Table(
            columns, [Record(int(str(row["_id"])), tuple(_value(row.get(c)) for c in columns)) for row in rows]
        )

    def message_addresses(self, number: int) -> list[Record]:
        raise AssertionError(number)

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        name = "large" if kind is RecordKind.CONTACT_PHOTOS else "thumbnail"
        self.asked.append((name, number))
        found = (self.large if name == "large" else self.thumbs).get(number, RecordObstacle.ABSENT)
        if isinstance(found, RecordObstacle):
            raise RecordBytesError(found, detail="no")
        assert len(found) <= limit == 4 << 20
        yield found


def _value(value: object) -> bytes | None:
    return None if value is None else str(value).encode("utf-8", "surrogateescape")


def taken(phone: Telephone, earlier: bytes | None = None) -> tuple[bytes, Gaps]:
    phone.asked.clear()
    gaps = Gaps()
    with ExitStack() as stack:
        found = take_records(
            cast("Phone", phone),
            Sealer(),
            gaps,
            lambda _event: None,
            stack,
            earlier=lambda path: io.BytesIO(earlier) if earlier is not None and path.endswith(b".vcf") else None,
        )
        (contacts,) = [one for one in found if one.file.name == b"contacts.vcf"]
        return b"".join(contacts.text()), gaps


def cards(data: bytes) -> list[Card]:
    return list(cards_in(io.BytesIO(data)))


def pictures(data: bytes) -> list[bytes | None]:
    return [one.picture() for card in cards(data) for one in card.all("PHOTO")]


def named(gaps: Gaps) -> dict[str, str]:
    return {gap.path.rpartition("/")[2]: gap.detail for gap, _place in gaps.named()}


FIRST = [("large", 7), ("thumbnail", 11)]


def test_the_larger_is_asked_for_and_nothing_twice() -> None:
    phone = Telephone()
    text, gaps = taken(phone)
    assert (sorted(phone.asked), pictures(text), gaps.total) == (FIRST, [LARGE, THUMB], 0)
    again, _gaps = taken(phone, text)
    assert (phone.asked, again) == ([], text)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("data", {"_id": 12, "raw_contact_id": 3, "mimetype": ITEM + "note", "data1": "new"}),
        ("raw", {"_id": 4, "contact_id": 1}),
    ],
)
def test_a_contact_in_which_anything_changed_is_asked_for_its_photo(table: str, change: dict[str, object]) -> None:
    """A photo may have changed with it; that of the other contact is not asked for."""
    phone = Telephone()
    text, _gaps = taken(phone)
    getattr(phone, table).append(change)
    phone.large = {7: b"\xff\xd8other"}
    again, _gaps = taken(phone, text)
    assert (phone.asked, pictures(again)) == ([("large", 7)], [b"\xff\xd8other", THUMB])


def test_contacts_that_are_gone_and_one_that_is_new_confuse_nobody() -> None:
    phone = Telephone()
    phone.contacts.append({"_id": 4})
    phone.raw.append({"_id": 6, "contact_id": 4})
    phone.data.append(photo(13, 6))
    phone.thumbs[13] = b"\xff\xd8aunt"
    text, _gaps = taken(phone)
    phone.contacts = [{"_id": 4}, {"_id": 9}]
    phone.raw = [{"_id": 6, "contact_id": 4}, {"_id": 30, "contact_id": 9}]
    phone.data = [photo(13, 6), photo(40, 30, "8")]
    phone.large = {8: b"\xff\xd8new"}
    again, _gaps = taken(phone, text)
    assert (phone.asked, pictures(again)) == ([("large", 8)], [b"\xff\xd8aunt", b"\xff\xd8new"])


def test_a_photo_of_no_contact_yet_is_taken_over_too() -> None:
    """A number saved this second, that the phone has not put together with anything."""
    phone = Telephone(raw=[{"_id": 3}, {"_id": 5, "contact_id": 2}], contacts=[{"_id": 2}])
    text, _gaps = taken(phone)
    assert sorted(phone.asked) == FIRST
    again, _gaps = taken(phone, text)
    assert (phone.asked, again) == ([], text)


def test_data_of_nobody_is_kept() -> None:
    """Rows whose raw contact the phone does not show: a contact of their own, and no other's."""
    phone = Telephone()
    phone.data.append({"_id": 50, "raw_contact_id": 99, "mimetype": ITEM + "phone_v2", "data1": "110"})
    text, _gaps = taken(phone)
    owners = [[row["_id"] for kind, row in rows_in([card]) if kind is RecordKind.CONTACT_DATA] for card in cards(text)]
    assert owners == [["50"], ["10"], ["11"]]


@pytest.mark.parametrize(
    ("obstacle", "gap"),
    [(RecordObstacle.ABSENT, {}), (RecordObstacle.REFUSED, {"1": "photo 10: refused"})],
)
def test_where_the_larger_does_not_come_the_thumbnail_is_kept(obstacle: RecordObstacle, gap: dict[str, str]) -> None:
    """A larger one that is gone is no loss; one that is refused is named."""
    phone = Telephone(large={7: obstacle})
    text, gaps = taken(phone)
    assert (pictures(text), named(gaps)) == ([THUMB, THUMB], gap)
    sizes = [one.param("X-PHONEWARD-SIZE") for card in cards(text) for one in card.all("PHOTO")]
    assert sizes == [("thumbnail",)] * 2
    taken(phone, text)
    assert phone.asked == [("large", 7)], "asked for again; the thumbnail is there"


def test_a_picture_of_no_byte_is_none() -> None:
    phone = Telephone(large={7: b""}, thumbs={10: THUMB, 11: b""})
    text, gaps = taken(phone)
    assert pictures(text) == [THUMB]
    assert named(gaps) == {"2": "photo 11: absent"}


def test_a_damaged_earlier_file_costs_questions_and_no_photo() -> None:
    phone = Telephone()
    text, _gaps = taken(phone)
    again, gaps = taken(phone, text[: len(text) // 2] + b"\r\nEND:NOTHING\r\n")
    assert (sorted(phone.asked), again, gaps.total) == (FIRST, text, 0)


def test_more_text_than_any_contact_has_is_cut_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone that lies about a contact cannot make a file that nobody can read."""
    monkeypatch.setattr(people, "MAX_TEXT", 2_000)
    phone = Telephone()
    phone.data += [
        {"_id": 60 + number, "raw_contact_id": 5, "mimetype": ITEM + "note", "data1": "n" * 900} for number in range(4)
    ]
    text, gaps = taken(phone)
    notes = [row for kind, row in rows_in(cards(text)) if row.get("mimetype") == ITEM + "note"]
    assert (len(notes), named(gaps)) == (2, {"2": "2 rows"})


def test_the_first_contact_carries_all_groups() -> None:
    text, _gaps = taken(Telephone())
    counts = [[kind for kind, _row in rows_in([card])].count(RecordKind.CONTACT_GROUPS) for card in cards(text)]
    assert counts == [2, 0]
    member = {"_id": 70, "raw_contact_id": 5, "mimetype": ITEM + "group_membership", "data1": "21"}
    phone = Telephone(data=[member])
    text, _gaps = taken(phone)
    assert [card.text("CATEGORIES") for card in cards(text)] == ["", "Work"]
