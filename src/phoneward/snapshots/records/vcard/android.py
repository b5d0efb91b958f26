r"""A file of ours as vCard 3.0, in the form that Android's own importer takes most from.

Source: AOSP frameworks/opt/vcard (com.android.vcard), which the contacts apps of most makers import with:
VCardParserImpl_V30.java, VCardEntry.addProperty(), VCardUtils.getPhoneTypeFromStrings(). It reads vCard 4.0 too
(VCardParser_V40), but "based on rev 15 (partly)", by its own words without a photo as `data:` URI, and no
version of it knows `X-ABLABEL`. In 3.0 it takes photos, a person's own words (`TYPE=X-…`), and any further row of data
as `X-ANDROID-CUSTOM:mimetype;data1;…;data15` (VCardEntry.AndroidCustomData), which it takes out of its escapes twice.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phoneward.phones import RecordKind
from phoneward.snapshots.records.contentlines import fold
from phoneward.snapshots.records.vcard import kinds
from phoneward.snapshots.records.vcard.contact import Contact, Photo, contact_in, group_titles, value
from phoneward.snapshots.records.vcard.errors import VCardFileError
from phoneward.snapshots.records.vcard.reading import read_cards
from phoneward.snapshots.records.vcard.rows import Row, rows_in
from phoneward.snapshots.records.vcard.texts import escaped
from phoneward.snapshots.records.vcard.writing import BIRTHDAY, media_type, postal_parts, typed
from phoneward.texts import words

_COLUMNS: Final = range(1, 16)
_QUOTED: Final = re.compile("[^A-Za-z0-9-]")
_OWN: Final = frozenset(
    {
        *(kinds.NAME, kinds.PHONE, kinds.EMAIL, kinds.POSTAL, kinds.SIP, kinds.ORGANIZATION, kinds.NICKNAME),
        *(kinds.NOTE, kinds.PHOTO, kinds.WEBSITE, kinds.MEMBERSHIP),
    }
)
"""What has a property of its own; events and messengers have one for some."""


def for_android(source: Path) -> Iterator[bytes]:
    """Yield a `contacts.vcf` of a snapshot as vCard 3.0, in pieces of one line.

    Raises:
        VCardFileError: it is not whole, or not a file that Phoneward made; before the first piece.
        OSError: it cannot be read.
    """
    groups = (row for kind, row in rows_in(read_cards(source)) if kind is RecordKind.CONTACT_GROUPS)
    titles = group_titles(groups)
    for card in read_cards(source):
        contact = contact_in(card, titles)
        if contact is None:
            raise VCardFileError(detail=words("Phoneward did not make it"))
        yield from card_lines(contact)


def card_lines(contact: Contact) -> Iterator[bytes]:
    """Yield a contact as lines, each with its end."""
    yield b"BEGIN:VCARD\r\nVERSION:3.0\r\n"
    yield from dict.fromkeys(_lines(contact))  # the same note in two accounts once
    yield b"END:VCARD\r\n"


def _lines(contact: Contact) -> Iterator[bytes]:
    yield from _name_lines(contact)
    for row in contact.of(kinds.ORGANIZATION):
        yield _line("ORG", ";".join(escaped(text) for text in (value(row, 1), value(row, 5)) if text), _pref(row))
        if value(row, 4):
            yield _line("TITLE", escaped(value(row, 4)))
    said: set[tuple[str, ...]] = set()
    for name, mimetype, known in _ADDRESSED:
        for row in contact.of(mimetype):
            text = ";".join(map(escaped, postal_parts(row))) if name == "ADR" else escaped(value(row, 1))
            types = _types(row, known)
            if text.strip(";") and (name, text, *types) not in said:  # the same number in two accounts
                said.add((name, text, *types))
                yield _line(name, text, [*_pref(row), *types])
    for name, mimetype in _SIMPLE:
        for row in contact.of(mimetype):
            yield _line(name, escaped(value(row, 1)))
    if names := contact.categories():
        yield _line("CATEGORIES", ",".join(map(escaped, names)))
    yield from _others(contact)
    for row in contact.of(kinds.PHOTO):
        if (photo := contact.photos.get(row.get("_id") or "")) is not None:
            yield _photo(photo)


_SIMPLE: Final = (
    ("NICKNAME", kinds.NICKNAME),
    ("URL", kinds.WEBSITE),
    ("X-SIP", kinds.SIP),
    ("NOTE", kinds.NOTE),
)
_ADDRESSED: Final = (
    ("TEL", kinds.PHONE, kinds.PHONES),
    ("EMAIL", kinds.EMAIL, kinds.EMAILS),
    ("ADR", kinds.POSTAL, kinds.ADDRESSES),
)


def _name_lines(contact: Contact) -> Iterator[bytes]:
    row: Row = next(iter(contact.names()), {})
    yield _line("N", ";".join(escaped(value(row, number)) for number in (3, 2, 5, 4, 6)))
    yield _line("FN", escaped(contact.display_name()))
    for name, number in (("FIRST", 7), ("MIDDLE", 8), ("LAST", 9)):
        if value(row, number):
            yield _line(f"X-PHONETIC-{name}-NAME", escaped(value(row, number)))


def _others(contact: Contact) -> Iterator[bytes]:
    """Yield what has no property, or none that holds all of it."""
    accounts = {row.get("_id"): row.get("account_type") or "" for row in contact.raw}
    birthdays = [row for row in contact.of(kinds.EVENT) if value(row, 2) == BIRTHDAY]
    if birthdays:
        yield _line("BDAY", escaped(value(birthdays[0], 1)))
    for row in contact.data:
        mimetype = row.get("mimetype") or ""
        messenger = kinds.MESSENGERS.get(value(row, 5)) if mimetype == kinds.IM else None
        if messenger is not None and messenger.android:
            yield _line(messenger.android, escaped(value(row, 1)), [{"2": "WORK"}.get(value(row, 2), "HOME")])
        elif not (
            mimetype in _OWN or row in birthdays[:1] or _is_apps_own(mimetype, accounts.get(row.get("raw_contact_id")))
        ):
            columns = [mimetype, *(value(row, number) for number in _COLUMNS)]
            twice = (text.replace("\\", "\\\\").replace(";", "\\;") for text in columns)
            yield _line("X-ANDROID-CUSTOM", ";".join(map(escaped, twice)))


def _is_apps_own(mimetype: str, account: str | None) -> bool:
    """Tell whether an app (WhatsApp, Telegram) put the row there to be called from the contact: it does so again."""
    return bool(account) and f"/vnd.{account}." in mimetype


def _types(row: Row, known: dict[str, kinds.Kind]) -> list[str]:
    kind, label = typed(row, known)
    return [kind.android] if kind != kinds.Kind("") else [f"X-{label}"] if label else []


def _pref(row: Row) -> list[str]:
    return ["PREF"] if "1" in (row.get("is_primary"), row.get("is_super_primary")) else []


def _line(name: str, text: str, types: list[str] | None = None) -> bytes:
    head = "".join(f";TYPE={_type(kind)}" for kind in types or () if kind)
    return fold(f"{name}{head}:{text}")


def _type(kind: str) -> str:
    if not kind.startswith("X-"):
        return kind
    kind = kind.replace('"', "'").replace("\n", " ").replace("\t", " ")
    return f'"{kind}"' if _QUOTED.search(kind) else kind


def _photo(photo: Photo) -> bytes:
    return fold(f"PHOTO;ENCODING=b;TYPE={media_type(photo.data).upper()}:{base64.b64encode(photo.data).decode()}")
