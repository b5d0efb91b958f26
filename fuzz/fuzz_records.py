"""Fuzz target: what `content query` prints, and files of messages, pictures in them, and calls.

The first byte chooses. Seeds in `fuzz/seeds/records/`: rows as Content.java prints them and files in the form of SMS
Backup & Restore, made up by hand.
"""

import io
import sys

import atheris

PARSERS = ["phoneward.phones.adb.rowtext", "phoneward.phones.adb.addresses", "phoneward.snapshots.records"]

with atheris.instrument_imports(include=PARSERS):
    from phoneward.phones import Record
    from phoneward.phones.adb import addresses, rowtext
    from phoneward.snapshots.records import CALLS, SMS, RecordsFileError, records_in, write_records
    from phoneward.snapshots.records.attached import Attached
    from phoneward.snapshots.records.forms import MMS, PART
    from phoneward.snapshots.records.mms_reading import Address, Found, Message, MessageEnd, Part, mms_in
    from phoneward.snapshots.records.mms_writing import write_messages
    from phoneward.snapshots.records.texts_reading import Texts
    from phoneward.snapshots.records.writing import closing, opening

NUMBERS, TEXTS = ("date", "type"), ("address", "body")
IDS = [3, 5, 6]


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def take_apart(data: bytes) -> None:
    """Whatever is accepted gives the very same text again."""
    ids = rowtext.parse_ids(data)
    if ids:
        lines = b"".join(b"Row: %d _id=%d\n" % pair for pair in enumerate(ids))
        _demand(lines == data or b"0" in data, "other ids than were printed")
    rows = rowtext.split_rows(data, IDS, "date")
    if rows is not None:
        again = b"".join(b"Row: %d _id=%d, %s\n" % (n, IDS[n], row) for n, row in enumerate(rows))
        _demand(again == data, "other rows than were printed")
    found = addresses.rows_of(data)
    if found is not None:
        shown = [[b"NULL" if value is None else value for value in one.values] for one in found]
        row = b"Row: %d _id=%d, charset=%s, type=%s, address=%s\n"
        lines = b"".join(row % (n, found[n].id, *values) for n, values in enumerate(shown))
        _demand(lines == data or b"0" in data, "other addresses than were printed")
    for row in rows or [data]:
        fields = rowtext.split_fields(row, NUMBERS, TEXTS)
        if fields is not None:
            _demand(b"date=%s, type=%s, address=%s, body=%s" % tuple(fields) == row, "other fields than were printed")


def read_file(data: bytes) -> None:
    """A file is refused as a whole, or what it holds is written and read again."""
    for form in (SMS, CALLS):
        try:
            found = list(records_in(io.BytesIO(data), form))
        except RecordsFileError:
            continue
        known = {column for _attribute, column in form.attributes if column} | {"_id"}
        records = [{name: text for name, text in record.items() if name in known} for record in found]
        text = b"".join(write_records(form, len(records), records))
        _demand(list(records_in(io.BytesIO(text), form)) == records, "written and read, it is another")
    _texts_agree(data)
    try:
        messages = list(mms_in(io.BytesIO(data)))
    except RecordsFileError:
        return
    _write_again(messages)


def _texts_agree(data: bytes) -> None:
    """The reader of one pass finds the same texts, or refuses the file too."""
    try:
        bodies = [record.get("body") or "" for record in records_in(io.BytesIO(data), SMS)]
    except RecordsFileError:
        bodies = None
    try:
        texts = [text.body for text in Texts(io.BytesIO(data))]
    except RecordsFileError:
        texts = None
    _demand(texts == bodies, "other texts, read once")


class _Sealer:
    """Nothing leaves memory here."""

    def seal(self, plaintext: bytes) -> bytes:
        return plaintext

    def open_sealed(self, sealed: bytes) -> bytes:
        return sealed


def _write_again(found: "list[Found]") -> None:
    """Messages with pictures, with numbers of ours, are the same again after they were written."""
    attached = Attached(_Sealer(), tuple(column for _attribute, column in PART.attributes))
    rows: list[dict[str, str | None]] = []
    expected: list[Found] = []
    people: list[Record] = []
    order = {"charset": 0, "type": 1, "address": 2}
    known = [column for _attribute, column in MMS.attributes if column not in {"address", "date"}]
    try:
        for serial, one in enumerate(found):
            if isinstance(one, Message):
                rows.append({name: one.columns.get(name) for name in known} | {"date": None, "_id": str(serial)})
                expected.append(Message(rows[-1]))
            elif isinstance(one, Part):
                part = {column: one.columns.get(column) for _attribute, column in PART.attributes}
                part["seq"] = str(serial)
                values = [v if v is None else v.encode("utf-8", "surrogateescape") for v in part.values()]
                attached.add_part(int(rows[-1]["_id"] or 0), Record(serial, tuple(values)))
                if one.data is not None:
                    attached.set_bytes(serial, [one.data])
                expected.append(Part(part | {"_id": str(serial)}, one.data))
            elif isinstance(one, Address):
                address = {column: one.columns.get(column) for column in order}
                values = [v if v is None else v.encode("utf-8", "surrogateescape") for v in address.values()]
                people.append(Record(serial, tuple(values)))
                expected.append(Address(address))
            else:
                attached.set_addresses(int(rows[-1]["_id"] or 0), people)
                people = []
                expected.append(MessageEnd(has_addresses=True))
    except UnicodeEncodeError:  # half a character, which no phone prints
        return
    text = opening(MMS, len(rows)) + b"".join(write_messages(rows, attached)) + closing(MMS)
    again = list(mms_in(io.BytesIO(text)))
    for one in again:
        if isinstance(one, Message):
            del one.columns["address"]
    # Parts come before addresses, however they stood.
    _demand(_sorted(again) == _sorted(expected), "written and read, a message with pictures is another")


def _sorted(found: "list[Found]") -> list[str]:
    kinds = {Message: "0", Part: "1", Address: "2", MessageEnd: "3"}
    group = -1
    keys = []
    for one in found:
        group += isinstance(one, Message)
        keys.append((group, kinds[type(one)], repr(_in_order(one))))
    return [key[2] for key in sorted(keys)]


def _in_order(one: "Found") -> object:
    if isinstance(one, MessageEnd):
        return one
    return sorted(one.columns.items()), getattr(one, "data", None)


def one_input(data: bytes) -> None:
    """Choose by the first byte."""
    (take_apart if data[:1] < b"\x80" else read_file)(data[1:])


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
