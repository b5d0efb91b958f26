"""One contact of an Android phone, put together of the rows of its tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from phoneward.phones import RecordKind
from phoneward.snapshots.records.vcard import kinds
from phoneward.snapshots.records.vcard.reading import Card
from phoneward.snapshots.records.vcard.rows import BYTES, Row, card_rows
from phoneward.snapshots.records.writing import joined

PHOTO_OF: Final = "X-PHONEWARD-DATA"
"""Parameter of PHOTO: the `_id` of the row that it belongs to."""

PHOTO_SIZE: Final = "X-PHONEWARD-SIZE"
"""Parameter of PHOTO: `full`, or `thumbnail` where the phone gave out only that."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture.

    Attributes:
        is_full: False for the thumbnail.
    """

    data: bytes
    is_full: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of one contact.

    Attributes:
        row: of the table of contacts; None where the phone had put none together.
        raw: what each account has of it, ascending by `_id`.
        data: of all accounts, ascending by `_id`.
        groups: that its file begins with: the first contact of a file carries all.
        titles: of groups, by `_id`.
        photos: by the `_id` of their row of data.
    """

    row: Row | None
    raw: Sequence[Row]
    data: Sequence[Row]
    groups: Sequence[Row] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    photos: Mapping[str, Photo] = field(default_factory=dict)

    def of(self, mimetype: str) -> list[Row]:
        """Return the rows of a kind, those that the person chose as the first ones first."""
        rows = [row for row in self.data if row.get("mimetype") == mimetype]
        return sorted(rows, key=lambda row: (row.get("is_super_primary") != "1", row.get("is_primary") != "1"))

    def names(self) -> list[Row]:
        """Return the rows of names, that which the phone shows first."""
        first = None if self.row is None else self.row.get("name_raw_contact_id")
        return sorted(self.of(kinds.NAME), key=lambda row: row.get("raw_contact_id") != first)

    def display_name(self) -> str:
        """Return what the phone calls it: its name, or the first of what else there is; empty where nothing is."""
        known = None if self.row is None else self.row.get("display_name")
        others = [kinds.ORGANIZATION, kinds.NICKNAME, kinds.EMAIL, kinds.PHONE]
        rows = [*self.names(), *(row for kind in others for row in self.of(kind))]
        return joined(known) or next((text for row in rows if (text := value(row, 1))), "")

    def categories(self) -> list[str]:
        """Return the names of its groups, in alphabetical order."""
        known = (self.titles.get(row.get("data1") or "") for row in self.of(kinds.MEMBERSHIP))
        return sorted({joined(title) or "" for title in known if title})


def value(row: Row, number: int) -> str:
    """Return a column of a row of data as a text; empty where it is NULL, or bytes."""
    text = row.get(f"data{number}")
    return "" if text is None or text == BYTES else joined(text) or ""


def contact_in(card: Card, titles: Mapping[str, str]) -> Contact | None:
    """Return the contact that a card of ours was made of; None where it is from elsewhere.

    Args:
        card: as read.
        titles: of groups, by `_id`: of the whole file (`group_titles`).

    Raises:
        VCardFileError: what Phoneward noted in it is damaged.
    """
    rows: dict[RecordKind, list[Row]] = {}
    for kind, row in card_rows(card):
        rows.setdefault(kind, []).append(row)
    raw, data = rows.get(RecordKind.RAW_CONTACTS, []), rows.get(RecordKind.CONTACT_DATA, [])
    of_contact = rows.get(RecordKind.CONTACTS, [])
    if not (raw or data or of_contact):
        return None
    photos: dict[str, Photo] = {}
    for one in card.all("PHOTO"):
        picture = one.picture()
        for number in one.param(PHOTO_OF):
            if picture is not None:
                photos[number] = Photo(picture, "full" in one.param(PHOTO_SIZE))
    groups = rows.get(RecordKind.CONTACT_GROUPS, [])
    return Contact(of_contact[0] if of_contact else None, raw, data, groups, titles, photos)


def group_titles(groups: Iterable[Row]) -> dict[str, str]:
    """Return what groups are called, by `_id`."""
    return {row["_id"] or "": row.get("title") or "" for row in groups}
