"""Contacts of an iPhone (`HomeDomain/Library/AddressBook/AddressBook.sqlitedb`) in the tables of Android's contacts.

A person of one account is a raw contact; those that the iPhone shows as one (`PersonLink`) are one contact. Names of
labels stand as `_$!<Mobile>!$_` where they are Apple's, as they are where they are the person's own.

Source of the schema and of the numbers of properties: public writers and readers of `AddressBook.sqlitedb`, read for
facts, which agree; Apple documents the names only (`kABPersonPhoneProperty` and so on). The numbers for instant
messages, related names and social profiles (13, 23, 46) were not checked against a real iPhone. `ABMultiValueLabel` and
`ABMultiValueEntryKey` have no column for their number but SQLite's own.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from phoneward.databases import Beside, Database, Row, number, text
from phoneward.errors import readable
from phoneward.phones.errors import FileReadError
from phoneward.phones.iosbackup.records.rows import Copies, Told, some, unix_ms, value
from phoneward.phones.records import Record

if TYPE_CHECKING:
    from pathlib import Path

PLACE: Final = b"/domains/HomeDomain/Library/AddressBook/AddressBook.sqlitedb"
IMAGES: Final = b"/domains/HomeDomain/Library/AddressBook/AddressBookImages.sqlitedb"

CONTACT_COLUMNS: Final = ("name_raw_contact_id", "display_name")
RAW_COLUMNS: Final = (
    *("contact_id", "starred", "pinned", "send_to_voicemail", "aggregation_mode", "account_type", "data_set"),
    *("sourceid", "custom_ringtone", "account_name"),
)
DATA_COLUMNS: Final = (
    *("raw_contact_id", "is_primary", "is_super_primary", "data_version", "mimetype", "res_package"),
    *(f"data{place}" for place in (*range(2, 16), 1)),
)
GROUP_COLUMNS: Final = (
    *("group_visible", "favorites", "auto_add", "should_sync", "account_type", "data_set", "sourceid", "system_id"),
    *("account_name", "title", "notes"),
)

_ACCOUNT: Final = "iphone"
_ITEM: Final = "vnd.android.cursor.item/"
_ROOM: Final = 4096
"""Numbers of rows that are set aside for one person."""
_MOST_VALUES: Final = 1000
_MAX_PHOTO: Final = 4 << 20
_PERSON: Final = (
    "ROWID", "First", "Middle", "Last", "Prefix", "Suffix", "FirstPhonetic", "MiddlePhonetic", "LastPhonetic",
    "Organization", "Department", "JobTitle", "Nickname", "Note", "Birthday", "StoreID", "PersonLink",
)  # fmt: skip

_PHONE, _EMAIL, _ADDRESS, _DATE, _IM, _URL, _RELATED, _SOCIAL = 3, 4, 5, 12, 13, 22, 23, 46
_SIMPLE: Final = {
    _PHONE: ("phone_v2", "7", {
        "Home": "1", "Mobile": "2", "Work": "3", "WorkFAX": "4", "HomeFAX": "5", "Pager": "6", "Other": "7",
        "Main": "12", "OtherFAX": "13",
    }),
    _EMAIL: ("email_v2", "3", {"Home": "1", "Work": "2", "Other": "3"}),
    _URL: ("website", "7", {"HomePage": "1", "Home": "4", "Work": "5", "Other": "7"}),
    _RELATED: ("relation", "12", {
        "Assistant": "1", "Brother": "2", "Child": "3", "Father": "5", "Friend": "6", "Manager": "7", "Mother": "8",
        "Parent": "9", "Partner": "10", "Sister": "13", "Spouse": "14",
    }),
}  # fmt: skip
"""What a value is on Android, the number of its kind where there is no label, and by Apple's name for one
(ContactsContract.CommonDataKinds, AOSP)."""
_ADDRESSES: Final = {"Home": "1", "Work": "2", "Other": "3"}
_EVENTS: Final = {"Anniversary": "1", "Other": "2"}
_BIRTHDAY: Final = "3"
_NO_YEAR: Final = 1604
"""Apple's year for dates without one."""


class Contacts:
    """The people of an open database."""

    def __init__(self) -> None:
        self._photos: dict[int, tuple[int, int]] = {}
        self._spool: Path | None = None
        self._damage = ""

    # -- tables --------------------------------------------------------------------------------------------------------

    def people(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield contacts as a person sees them."""
        owners = _owners(database, told)
        for row in database.rows("ABPerson", _PERSON, "ROWID", told):
            person = _named(row)
            if _is_key(person["ROWID"], told) and owners(person) == person["ROWID"]:
                key = int(str(person["ROWID"]))
                yield Record(key, (value(key), value(_shown(person) or None)))

    def raw(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield what each account has of them."""
        owners = _owners(database, told)
        stores = _names(database, "ABStore", "Name", told)
        for row in database.rows("ABPerson", _PERSON, "ROWID", told):
            person = _named(row)
            if _is_key(person["ROWID"], told):
                account = stores.get(number(person["StoreID"]) or 0)
                fields = (
                    value(owners(person)), b"0", b"0", b"0", b"0", value(_ACCOUNT), None, None, None, value(account),
                )  # fmt: skip
                yield Record(int(str(person["ROWID"])), fields)

    def groups(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield groups."""
        stores = _names(database, "ABStore", "Name", told)
        for key, name, store in database.rows("ABGroup", ("ROWID", "Name", "StoreID"), "ROWID", told):
            if _is_key(key, told):
                account = value(stores.get(number(store) or 0))
                title = value(text(name) or None)
                fields = (b"1", b"0", b"0", b"1", value(_ACCOUNT), None, None, None, account, title, None)
                yield Record(key, fields)

    def data(self, database: Database, told: Told) -> Iterator[Record]:
        """Yield names, numbers, addresses and the like."""
        if self._damage:
            told.damaged(self._damage)
        labels = {key: _label(text(name)) for key, name in _pairs(database, "ABMultiValueLabel", "value", told)}
        entries = _entries(database, told)
        members = _members(database, told)
        columns = ("record_id", "UID", "property", "label", "value")
        values = Beside(database.rows("ABMultiValue", columns, "record_id", told), _MOST_VALUES)
        for row in database.rows("ABPerson", _PERSON, "ROWID", told):
            person = _named(row)
            if not _is_key(person["ROWID"], told):
                continue
            key = int(str(person["ROWID"]))
            found = list(_of_person(person))
            for _owner, uid, kind, label, what in values.of(key):
                found += _of_value(kind, labels.get(label, ""), what, entries.get(uid, {}))
            found += [{"mimetype": _ITEM + "group_membership", "data1": str(group)} for group in members.get(key, [])]
            if key in self._photos:
                found.append({"mimetype": _ITEM + "photo", "data14": str(key)})
            for place, fields in enumerate(found[:_ROOM]):
                yield _data_row(key * _ROOM + place, key, fields)

    # -- photos --------------------------------------------------------------------------------------------------------

    def take_photos(self, copies: Copies) -> None:
        """Put the photos aside, the large ones where there are such. Damage is told with the rows."""
        if self._spool is not None:
            return
        self._spool = copies.folder / "photos"
        try:
            self._put_aside(copies, self._spool)
        except (FileReadError, sqlite3.Error) as error:
            self._damage = readable(str(error))

    def _put_aside(self, copies: Copies, place: "Path") -> None:
        if not copies.has(IMAGES):
            return
        told = Told((), lambda _told: iter(()))
        with place.open("wb") as spool, copies.opened(IMAGES) as database:
            for table in ("ABThumbnailImage", "ABFullSizeImage"):
                for owner, data in some(database.rows(table, ("record_id", "data"), "", told), told):
                    if isinstance(owner, int) and isinstance(data, bytes) and _is_picture(data):
                        self._photos[owner] = spool.tell(), len(data)
                        spool.write(data)
        self._damage = told.detail

    def photo(self, key: int) -> Iterator[bytes] | None:
        """Return a person's photo; None where there is none."""
        if self._spool is None or key not in self._photos:
            return None
        offset, length = self._photos[key]
        with self._spool.open("rb") as spool:
            spool.seek(offset)
            return iter([spool.read(length)])


def _is_picture(data: bytes) -> bool:
    known = data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8")) or data[4:8] == b"ftyp"
    return known and len(data) <= _MAX_PHOTO


def _named(row: Row) -> dict[str, object]:
    return dict(zip(_PERSON, row, strict=True))


def _is_key(key: object, told: Told) -> bool:
    if isinstance(key, int) and 0 < key < 1 << 48:
        return True
    told.damaged("ROWID")
    return False


class _Owners:
    """Which contact a person is shown in: the first of those that are linked."""

    def __init__(self, first: dict[int, int]) -> None:
        self._first = first

    def __call__(self, person: dict[str, object]) -> int:
        link, key = number(person["PersonLink"]) or 0, int(str(person["ROWID"]))
        return self._first.get(link, key) if link > 0 else key


def _owners(database: Database, told: Told) -> _Owners:
    first: dict[int, int] = {}
    for key, link in some(database.rows("ABPerson", ("ROWID", "PersonLink"), "ROWID", told), told):
        if isinstance(key, int) and isinstance(link, int) and link > 0 and 0 < key < 1 << 48:
            first.setdefault(link, key)
    return _Owners(first)


def _pairs(database: Database, table: str, column: str, told: Told) -> Iterator[Row]:
    return some(database.rows(table, ("ROWID", column), "", told), told)


def _names(database: Database, table: str, column: str, told: Told) -> dict[object, str]:
    return {key: text(name) for key, name in _pairs(database, table, column, told)}


def _entries(database: Database, told: Told) -> dict[object, dict[str, str]]:
    """Return the parts of addresses and the like, by the value that they belong to."""
    keys = _names(database, "ABMultiValueEntryKey", "value", told)
    found: dict[object, dict[str, str]] = {}
    columns = ("parent_id", "key", "value")
    for parent, key, what in some(database.rows("ABMultiValueEntry", columns, "", told), told):
        found.setdefault(parent, {})[keys.get(key, "").lower()] = text(what)
    return found


def _members(database: Database, told: Told) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    columns = ("group_id", "member_type", "member_id")
    for group, kind, member in some(database.rows("ABGroupMembers", columns, "", told), told):
        if isinstance(group, int) and isinstance(member, int) and kind in {0, None}:
            found.setdefault(member, []).append(group)
    return found


def _label(name: str) -> str:
    return name.removeprefix("_$!<").removesuffix(">!$_")


def _kind(kinds: dict[str, str], label: str, otherwise: str) -> dict[str, str | None]:
    """Return `data2` and `data3`: the number of a kind, and the person's own word for it."""
    if label in kinds:
        return {"data2": kinds[label]}
    return {"data2": "0", "data3": label} if label else {"data2": otherwise}


def _shown(person: dict[str, object]) -> str:
    """Return the name that is shown. Chinese, Japanese and Korean names stand family name first, without a blank."""
    first, last = text(person["First"]), text(person["Last"])
    if first and last and all(ord(letter) >= 0x2E80 for letter in first + last):
        return last + first
    parts = [text(person[name]) for name in ("Prefix", "First", "Middle", "Last", "Suffix")]
    return " ".join(filter(None, parts)) or text(person["Nickname"]) or text(person["Organization"])


def _of_person(person: dict[str, object]) -> Iterator[dict[str, str | None]]:
    names = ("First", "Last", "Prefix", "Middle", "Suffix", "FirstPhonetic", "MiddlePhonetic", "LastPhonetic")
    if any(text(person[name]) for name in names):
        fields: dict[str, str | None] = {"mimetype": _ITEM + "name", "data1": _shown(person)}
        fields |= {f"data{place}": text(person[name]) or None for place, name in enumerate(names, 2)}
        yield fields
    if any(text(person[name]) for name in ("Organization", "Department", "JobTitle")):
        fields = {"data1": text(person["Organization"]), "data4": text(person["JobTitle"])}
        yield {"mimetype": _ITEM + "organization", "data5": text(person["Department"]) or None, "data2": "1", **fields}
    for column in ("Nickname", "Note"):
        if text(person[column]):
            yield {"mimetype": _ITEM + column.lower(), "data1": text(person[column])}
    born = _day(person["Birthday"])
    if born:
        yield {"mimetype": _ITEM + "contact_event", "data1": born, "data2": _BIRTHDAY}


def _of_value(kind: object, label: str, what: object, entries: dict[str, str]) -> Iterator[dict[str, str | None]]:
    if kind in _SIMPLE and isinstance(kind, int):
        mimetype, otherwise, kinds = _SIMPLE[kind]
        if text(what):
            yield {"mimetype": _ITEM + mimetype, "data1": text(what), **_kind(kinds, label, otherwise)}
    elif kind == _ADDRESS and entries:
        parts = {
            "data4": entries.get("street"), "data6": entries.get("sublocality"), "data7": entries.get("city"),
            "data8": entries.get("state"), "data9": entries.get("zip"), "data10": entries.get("country"),
        }  # fmt: skip
        whole = "\n".join(filter(None, parts.values()))
        yield {"mimetype": _ITEM + "postal-address_v2", "data1": whole, **parts, **_kind(_ADDRESSES, label, "3")}
    elif kind == _DATE and (day := _day(what)):
        yield {"mimetype": _ITEM + "contact_event", "data1": day, **_kind(_EVENTS, label, "2")}
    elif kind in {_IM, _SOCIAL} and (entries.get("username") or entries.get("url")):
        who = entries.get("username") or entries.get("url")
        service = entries.get("service") or label or "?"
        yield {"mimetype": _ITEM + "im", "data1": who, "data2": "3", "data5": "-1", "data6": service}


def _day(what: object) -> str:
    """Return a day as Android has it; without a year as vCard has it."""
    ms = unix_ms(what)
    if ms is None:
        return ""
    try:
        day = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=ms)
    except OverflowError:
        return ""
    return f"--{day:%m-%d}" if day.year == _NO_YEAR else f"{day.year:04}-{day:%m-%d}"


def _data_row(key: int, person: int, fields: dict[str, str | None]) -> Record:
    fixed = {"raw_contact_id": str(person), "is_primary": "0", "is_super_primary": "0", "data_version": "0"}
    whole = {**fixed, **fields}
    return Record(key, tuple(value(whole.get(name)) for name in DATA_COLUMNS))
