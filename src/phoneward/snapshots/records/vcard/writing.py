"""Writes an Android phone's contacts as vCard 4.0 (RFC 6350). The same rows make the same bytes."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import quote

from phoneward.phones import RecordKind
from phoneward.snapshots.records.contentlines import shown
from phoneward.snapshots.records.vcard import kinds
from phoneward.snapshots.records.vcard.contact import PHOTO_OF, PHOTO_SIZE, Contact, Photo, value
from phoneward.snapshots.records.vcard.rows import Row, row_line
from phoneward.snapshots.records.vcard.texts import escaped, line

_DATE: Final = re.compile(r"(\d{4}|-)-(\d{2})-(\d{2})\Z", re.ASCII)
_MAGIC: Final = ((b"\x89PNG", "png"), (b"GIF8", "gif"), (b"RIFF", "webp"))
# There may be one of each (RFC 6350 section 6.2.5).
_DATES: Final = {"BDAY": "birthday", "ANNIVERSARY": "anniversary"}
BIRTHDAY: Final = "3"
ANNIVERSARY: Final = "1"


class _Line(NamedTuple):
    """One property before it is written. `value` is escaped, `label` is not."""

    name: str
    value: str
    types: str = ""
    label: str = ""
    params: tuple[tuple[str, tuple[str, ...]], ...] = ()


def card_lines(contact: Contact) -> Iterator[bytes]:
    """Yield a contact as lines, each with its end."""
    yield b"BEGIN:VCARD\r\n"
    yield b"VERSION:4.0\r\n"
    yield line("FN", escaped(contact.display_name()))
    said: set[tuple[str, str, str, str]] = set()
    items = 0
    for row, told in _properties(contact):
        one = told
        if told.name in _DATES and any(mark[0] == told.name and mark[1] != told.value for mark in said):
            one = _Line("X-ABDATE", escaped(value(row, 1)), label=_DATES[told.name])
        mark = (one.name, one.value, one.types, one.label)
        if mark in said:  # the same number in two accounts
            continue
        said.add(mark)
        params = [("TYPE", tuple(one.types.split(",")))] if one.types else []
        if row.get("is_super_primary") == "1" or row.get("is_primary") == "1":
            params.append(("PREF", ("1" if row.get("is_super_primary") == "1" else "2",)))
        items += bool(one.label)
        group = f"item{items}" if one.label else ""
        yield line(one.name, one.value, *params, *one.params, group=group)
        if one.label:
            yield line("X-ABLABEL", escaped(one.label), group=group)
    if names := contact.categories():
        yield line("CATEGORIES", ",".join(escaped(name) for name in names))
    for row in contact.of(kinds.PHOTO):
        photo = contact.photos.get(row.get("_id") or "")
        if photo is not None:
            yield _photo_line(row, photo)
    if contact.row is not None:
        yield row_line(RecordKind.CONTACTS, contact.row)
    yield from (row_line(RecordKind.RAW_CONTACTS, row) for row in contact.raw)
    yield from (row_line(RecordKind.CONTACT_DATA, row) for row in contact.data)
    yield from (row_line(RecordKind.CONTACT_GROUPS, row) for row in contact.groups)
    yield b"END:VCARD\r\n"


def media_type(data: bytes) -> str:
    """Return what kind of picture it is, by its first bytes; JPEG where they say nothing, as Android's photos are."""
    return next((name for magic, name in _MAGIC if data.startswith(magic)), "jpeg")


def _photo_line(row: Row, photo: Photo) -> bytes:
    text = f"data:image/{media_type(photo.data)};base64," + base64.b64encode(photo.data).decode()
    size = "full" if photo.is_full else "thumbnail"
    return line("PHOTO", text, (PHOTO_OF, (row.get("_id") or "",)), (PHOTO_SIZE, (size,)))


def _properties(contact: Contact) -> Iterator[tuple[Row, _Line]]:
    for row in contact.names()[:1]:
        yield from ((row, one) for one in _name(row))
    for mimetype, write in _WRITERS.items():
        for row in contact.of(mimetype):
            yield from ((row, one) for one in write(row))


def typed(row: Row, known: dict[str, kinds.Kind]) -> tuple[kinds.Kind, str]:
    """Return what kind of address a row holds, and the person's own word for it."""
    number = value(row, 2)
    if number == kinds.CUSTOM or (number not in known and value(row, 3)):
        return kinds.Kind(""), value(row, 3)
    kind = known.get(number, kinds.Kind(""))
    return kind, kind.label


def _name(row: Row) -> Iterator[_Line]:
    family, given, middle, prefix, suffix = (value(row, number) for number in (3, 2, 5, 4, 6))
    parts = (family, given, middle, prefix, suffix)
    phonetic = [value(row, number) for number in (9, 7, 8)]
    sort = ",".join(text.replace(",", " ") for text in phonetic[:2])  # one value, in quotes
    if any(parts):
        yield _Line("N", ";".join(map(escaped, parts)), params=(("SORT-AS", (sort,)),) if any(phonetic[:2]) else ())
    for name, text in zip(("LAST", "FIRST", "MIDDLE"), phonetic, strict=True):
        if text:
            yield _Line(f"X-PHONETIC-{name}-NAME", escaped(text))


def _simple(name: str) -> Callable[[Row], Iterator[_Line]]:
    def write(row: Row) -> Iterator[_Line]:
        if text := value(row, 1):
            yield _Line(name, escaped(text))

    return write


def _addressed(name: str, known: dict[str, kinds.Kind]) -> Callable[[Row], Iterator[_Line]]:
    def write(row: Row) -> Iterator[_Line]:
        if text := value(row, 1):
            kind, label = typed(row, known)
            yield _Line(name, escaped(text), kind.standard, label)

    return write


def _website(row: Row) -> Iterator[_Line]:
    if text := value(row, 1):
        kind, label = typed(row, kinds.WEBSITES)
        yield _Line("URL", text, kind.standard, label)  # a URI is not escaped


def _postal(row: Row) -> Iterator[_Line]:
    kind, label = typed(row, kinds.ADDRESSES)
    parts = postal_parts(row)
    if any(parts):
        yield _Line("ADR", ";".join(map(escaped, parts)), kind.standard, label)


def postal_parts(row: Row) -> list[str]:
    """Return the seven parts of an address (RFC 6350 section 6.3.1); one that is not taken apart as the street."""
    parts = [value(row, number) for number in (5, 6, 4, 7, 8, 9, 10)]
    return parts if any(parts) or not value(row, 1) else ["", "", value(row, 1), "", "", "", ""]


def _messenger(row: Row) -> Iterator[_Line]:
    if text := value(row, 1):
        known = kinds.MESSENGERS.get(value(row, 5))
        scheme, service = (known.scheme, known.service) if known else ("x-apple", value(row, 6))
        types = {"1": "home", "2": "work"}.get(value(row, 2), "")
        params = (("X-SERVICE-TYPE", (service,)),) if service else ()
        yield _Line("IMPP", f"{scheme}:{quote(shown(text), safe='@+.')}", types, params=params)


def _sip(row: Row) -> Iterator[_Line]:
    if text := value(row, 1):
        types = {"1": "home", "2": "work"}.get(value(row, 2), "")
        label = value(row, 3) if value(row, 2) == kinds.CUSTOM else ""
        yield _Line("IMPP", "sip:" + quote(shown(text).removeprefix("sip:"), safe="@+.:;="), types, label)


def _organization(row: Row) -> Iterator[_Line]:
    company, department = value(row, 1), value(row, 5)
    if company or department:
        parts = [company, department] if department else [company]
        sort = (("SORT-AS", (value(row, 8).replace(",", " "),)),) if value(row, 8) else ()
        yield _Line("ORG", ";".join(map(escaped, parts)), params=sort)
    if value(row, 4):
        yield _Line("TITLE", escaped(value(row, 4)))
    if value(row, 6):
        yield _Line("ROLE", escaped(value(row, 6)))


def _event(row: Row) -> Iterator[_Line]:
    text, kind = value(row, 1), value(row, 2)
    name = {BIRTHDAY: "BDAY", ANNIVERSARY: "ANNIVERSARY"}.get(kind)
    if not text:
        return
    found = _DATE.match(text)
    if name is None:
        yield _Line("X-ABDATE", escaped(text), label=value(row, 3) or "other")
    elif found is None:
        yield _Line(name, escaped(text), params=(("VALUE", ("text",)),))
    else:
        year = "--" if found[1] == "-" else found[1]
        yield _Line(name, year + found[2] + found[3])


def _relation(row: Row) -> Iterator[_Line]:
    if text := value(row, 1):
        kind, label = typed(row, kinds.RELATIONS)
        yield _Line("RELATED", escaped(text), kind.standard, label, (("VALUE", ("text",)),))


_WRITERS: Final = {
    kinds.NICKNAME: _simple("NICKNAME"),
    kinds.ORGANIZATION: _organization,
    kinds.PHONE: _addressed("TEL", kinds.PHONES),
    kinds.EMAIL: _addressed("EMAIL", kinds.EMAILS),
    kinds.POSTAL: _postal,
    kinds.IM: _messenger,
    kinds.SIP: _sip,
    kinds.WEBSITE: _website,
    kinds.EVENT: _event,
    kinds.RELATION: _relation,
    kinds.NOTE: _simple("NOTE"),
}
