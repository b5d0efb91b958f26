"""Asks a phone for the photos of its contacts.

Of a photo Android keeps a thumbnail in the row of data, and mostly a larger picture in a file of its own, whose number
stands in `data14` and is made anew with each photo (AOSP ContactsProvider PhotoStore.java,
DataRowHandlerForPhoto.java). The larger is asked for, the thumbnail only where there is no other.

Each costs a question of half a second, so what the snapshot before holds is not asked again. It is taken to be the
same only where all rows of the contact are, in every column: a new photo changes `data14` and `data_version`.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Final

from phoneward.errors import PhonewardError
from phoneward.phones import RecordBytesError, RecordKind, RecordObstacle, RecordsPhone
from phoneward.snapshots.records.asking import ask_all
from phoneward.snapshots.records.people import People, Rows
from phoneward.snapshots.records.vcard import BYTES, Contact, Row, cards_at_once, contact_in
from phoneward.snapshots.records.vcard.kinds import PHOTO
from phoneward.snapshots.records.writing import joined

MAX_PHOTO: Final = 4 << 20
"""Bytes of one. Android makes them 720 pixels wide at most (PhotoStore); some makers more."""


def gather_photos(asked: RecordsPhone, people: People, earlier: IO[bytes] | None) -> Iterator[int]:
    """Put all photos into `people`; yields how many questions were asked.

    Args:
        asked: the phone.
        people: all contacts.
        earlier: the file of the snapshot before, known to be whole.

    Raises:
        PhoneGoneError: the connection is lost.
    """
    if earlier is not None:
        with suppress(PhonewardError):  # a damaged vault: the phone is asked for the rest
            _take_over(people, earlier)
    wanted = (row for rows in people.each() for row in rows.data if has_photo(row) and not _is_there(people, row))
    yield from ask_all(wanted, lambda row: _ask(asked, people, row))


def has_photo(row: Row) -> bool:
    """Tell whether a row of data has a photo."""
    return row.get("mimetype") == PHOTO and (_file(row) is not None or row.get("data15") == BYTES)


def _is_there(people: People, row: Row) -> bool:
    number = int(row["_id"] or 0)
    return people.has_bytes(number) and (_file(row) is None or number in people.full_photos)


def _file(row: Row) -> int | None:
    text = row.get("data14") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(1 << 63)) else None


def _ask(asked: RecordsPhone, people: People, row: Row) -> None:
    number, file = int(row["_id"] or 0), _file(row)
    if file is not None:
        try:
            people.set_bytes(number, _some(asked.record_bytes(RecordKind.CONTACT_PHOTOS, file, limit=MAX_PHOTO)))
        except RecordBytesError as error:
            if error.obstacle is not RecordObstacle.ABSENT:
                people.missing_bytes[number] = error.obstacle
        else:
            people.full_photos.add(number)
            return
    if row.get("data15") != BYTES or people.has_bytes(number):
        return
    try:
        people.set_bytes(number, _some(asked.record_bytes(RecordKind.CONTACT_DATA, number, limit=MAX_PHOTO)))
    except RecordBytesError as error:
        people.missing_bytes[number] = error.obstacle


def _some(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass pieces on; a picture of no byte is none."""
    is_empty = True
    for piece in pieces:
        is_empty = is_empty and not piece
        yield piece
    if is_empty:
        raise RecordBytesError(RecordObstacle.ABSENT, detail="0 bytes")


def _take_over(people: People, earlier: IO[bytes]) -> None:
    """Go through the contacts of the snapshot before and those of the phone side by side: both ascend by number."""
    before = (contact for card in cards_at_once(earlier) if (contact := contact_in(card, {})) is not None)
    old = next(before, None)
    for rows in people.each():
        while old is not None and _number(old) < rows.number:
            old = next(before, None)
        if old is not None and _number(old) == rows.number and _is_same(old, rows):
            for number, photo in old.photos.items():
                people.set_bytes(int(number), [photo.data])
                if photo.is_full:
                    people.full_photos.add(int(number))


def _number(contact: Contact) -> int:
    """Return the number of a contact that was read; what none has where its rows do not say."""
    owners = [row.get("contact_id") for row in contact.raw]
    alone = [row.get("_id") for row in contact.raw] + [row.get("raw_contact_id") for row in contact.data]
    text = next((one for one in [None if contact.row is None else contact.row.get("_id"), *owners] if one), None)
    number = text or next((f"-{one}" for one in alone if one), "0")
    return int(number) if number.lstrip("-").isdecimal() and number.isascii() else 0


def _is_same(old: Contact, rows: Rows) -> bool:
    numbers = {row.get("_id") for row in rows.data if has_photo(row)}
    return (
        old.photos.keys() <= numbers
        and list(map(_whole, old.raw)) == list(map(_whole, rows.raw))
        and list(map(_whole, old.data)) == list(map(_whole, rows.data))
    )


def _whole(row: Row) -> dict[str, str | None]:
    return {name: joined(text) for name, text in row.items() if text is not None}
