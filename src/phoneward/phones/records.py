"""What a phone keeps in its own databases and tells a computer about: messages, calls, contacts and calendars.

A phone that can be asked has a method `records`; `as_records` finds it.
"""

import enum
from collections.abc import Iterator, Sequence
from typing import Final, Protocol, cast

import msgspec

from phoneward.phones.base import Phone


class RecordKind(enum.StrEnum):
    """Which database."""

    SMS = "sms"
    CALLS = "calls"
    MMS = "mms"
    """Multimedia messages, without what they hold."""
    MMS_PARTS = "mms-parts"
    """What all of them hold: texts, and what the bytes of the rest are like."""
    MMS_ADDRESSES = "mms-addresses"
    """From whom and to whom, message by message: not all at once."""
    CONTACTS = "contacts"
    """Contacts as a person sees them, each put together of one or more accounts'."""
    RAW_CONTACTS = "raw-contacts"
    """What each account (the phone, the SIM card, Google, WhatsApp …) has of a contact."""
    CONTACT_DATA = "contact-data"
    """Names, numbers, addresses, photos: the rows of each of those."""
    CONTACT_GROUPS = "contact-groups"
    CONTACT_PHOTOS = "contact-photos"
    """Large photos: no records, only bytes, by the number that a contact's data names."""
    CALENDARS = "calendars"
    EVENTS = "events"
    """Events of all calendars; exceptions to repeated ones are events of their own."""
    ATTENDEES = "attendees"
    REMINDERS = "reminders"
    EVENT_EXTRAS = "event-extras"
    """What apps and synchronisation noted about events (`ExtendedProperties`)."""


ADDRESS_COLUMNS: Final = ("charset", "type", "address")


class RecordObstacle(enum.StrEnum):
    """Why none of a kind could be had."""

    REFUSED = "refused"
    """The phone does not let a computer read them."""
    ABSENT = "absent"
    """The phone has no such database (a tablet without a telephone)."""
    NOT_IN_BACKUP = "not-in-backup"
    """An iPhone's backup does not have their database: in an unencrypted one that of calls."""
    UNANSWERED = "unanswered"
    """What the phone said is no answer to the question."""


BLOB_VALUE: Final = b"\xff"
"""A value that the phone has as bytes, which it does not print. No text of a phone is this: it is no UTF-8."""


class Record(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One message or call.

    Attributes:
        id: the phone's number for it (`_id`).
        values: as the phone told them, in the order of `Records.columns`; None is the database's NULL, `BLOB_VALUE`
            stands for bytes in columns where bytes are expected.
    """

    id: int
    values: tuple[bytes | None, ...]


class Records(Protocol):
    """All records of one kind: to be gone through once, ascending by `id`, with bounded memory.

    Attributes:
        columns: what the values are.
        obstacle: why there are none; None where the phone answered.
        detail: the phone's own words about the obstacle.
        listed: how many the phone says there are.
        unclear: how many could not be told apart for certain, or not be read, and were left out; complete afterwards.
        gone: how many were deleted on the phone while this went on.
    """

    columns: tuple[str, ...]
    obstacle: RecordObstacle | None
    detail: str
    listed: int
    unclear: int
    gone: int

    def __iter__(self) -> Iterator[Record]:
        """Yield them. Raises PhoneGoneError where the connection is lost."""


class RecordsPhone(Protocol):
    """A phone that can be asked for its records."""

    def records(self, kind: RecordKind) -> Records:
        """Ask how many there are. Raises PhoneGoneError."""

    def record_bytes(self, kind: RecordKind, number: int, *, limit: int) -> Iterator[bytes]:
        """Yield what lies behind one record of a kind whose records have bytes of their own: a picture, a photo.

        Only when this ends without an error were these all its bytes: keep nothing before.

        Args:
            kind: its kind.
            number: its `_id`.
            limit: most bytes taken.

        Raises:
            RecordBytesError: refused, not there any more, more than `limit`, or no answer that makes sense. The
                phone can be asked for others.
            PhoneGoneError: the connection is lost.
        """

    def message_addresses(self, number: int) -> Sequence[Record]:
        """Return from whom and to whom one multimedia message is; values in the order of `ADDRESS_COLUMNS`.

        Raises:
            RecordBytesError: refused, or no answer that makes sense. The phone can be asked for others.
            PhoneGoneError: the connection is lost.
        """


def as_records(phone: Phone) -> RecordsPhone | None:
    """Return the phone as one that can be asked, None where it is none (a folder).

    A phone that stands for another says which with an attribute `asked_for_records`.
    """
    if hasattr(phone, "asked_for_records"):
        return cast("RecordsPhone | None", phone.asked_for_records)
    return cast("RecordsPhone", phone) if hasattr(phone, "records") else None
