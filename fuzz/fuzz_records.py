"""Fuzz target: what `content query` prints, and files of messages and calls.

The first byte chooses. Seeds in `fuzz/seeds/records/`: rows as Content.java prints them and files in the form of SMS
Backup & Restore, made up by hand.
"""

import io
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.phones.adb.rowtext", "phoneward.snapshots.records"]):
    from phoneward.phones.adb import rowtext
    from phoneward.snapshots.records import CALLS, SMS, RecordsFileError, records_in, write_records

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


def one_input(data: bytes) -> None:
    """Choose by the first byte."""
    (take_apart if data[:1] < b"\x80" else read_file)(data[1:])


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
