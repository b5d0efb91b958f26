"""The file of contacts."""

from collections.abc import Iterator, Mapping

from phoneward.phones import RecordKind
from phoneward.snapshots.records.people import People, Rows
from phoneward.snapshots.records.photos import gather_photos
from phoneward.snapshots.records.tables import Sources, Subject, Table
from phoneward.snapshots.records.vcard import BYTES, card_lines
from phoneward.snapshots.records.vcard.kinds import PHOTO


class ContactsFile:
    """`contacts.vcf`: a vCard for each contact that a person sees, with what each account has of it."""

    name = b"contacts.vcf"
    kinds = (
        RecordKind.CONTACTS,
        RecordKind.RAW_CONTACTS,
        RecordKind.CONTACT_DATA,
        RecordKind.CONTACT_GROUPS,
    )
    subjects = (Subject("contacts", RecordKind.CONTACTS, kinds[1:], 28, "own-backup-contacts"),)

    def complete(self, tables: Mapping[RecordKind, Table], sources: Sources) -> Iterator[int]:
        """Ask for photos; see `RecordFile.complete`."""
        main = tables[RecordKind.CONTACTS]
        people = main.attached = People(tables, sources.sealer)
        yield from gather_photos(sources.asked, people, sources.earlier)
        for rows in people.each():
            if words := _lacks(people, rows):
                main.incomplete[rows.number] = words

    def write(self, tables: Mapping[RecordKind, Table]) -> Iterator[bytes]:
        """Yield the file in pieces of one line."""
        people = tables[RecordKind.CONTACTS].attached
        if not isinstance(people, People):
            return
        titles, groups = people.titles(), people.groups()
        for rows in people.each():
            yield from card_lines(people.contact(rows, titles, groups))
            groups = []  # the first contact carries them for all


def _lacks(people: People, rows: Rows) -> str:
    """Return what could not be had of a contact; nothing where it is whole."""
    lacks = [f"{rows.left_out} rows"] if rows.left_out else []
    for row in rows.data:
        number = int(row["_id"] or 0)
        if number in people.missing_bytes:
            lacks.append(f"photo {number}: {people.missing_bytes[number]}")
        columns = (name for name, text in row.items() if text == BYTES)
        lacks += [f"{name} of {number}" for name in columns if (row["mimetype"], name) != (PHOTO, "data15")]
    return "; ".join(lacks)
