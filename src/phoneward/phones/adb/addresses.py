"""From whom and to whom a multimedia message is: `content query --uri content://mms/ID/addr`.

AOSP TelephonyProvider MmsProvider.java has no URI for the addresses of all messages at once (its UriMatcher knows
`#/addr` only), so each message costs a question, and it must be one: each takes half a second. What is printed can be
taken apart for certain if no address holds a line feed and none is the text NULL or BLOB (`rowtext.py`). The order
that is asked for makes SQLite fail where one does: `abs` of the smallest number is an overflow
(sqlite.org/lang_corefunc.html). Only then, and where nothing is found, is the long way gone, which needs no such luck
(`ContentRecords`).
"""

import re
from typing import Final

from phoneward.phones.adb.content import ContentRecords, complaint_in
from phoneward.phones.adb.content_tables import TABLES
from phoneward.phones.adb.rowtext import NULL
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.errors import PhoneAnswerError, RecordBytesError
from phoneward.phones.records import ADDRESS_COLUMNS, Record, RecordKind, RecordObstacle

MAX_ANSWER: Final = 1 << 20
_DOUBTFUL: Final = b"typeof(address)='blob' OR address IN ('NULL','BLOB') OR instr(address,char(10))>0"
_ORDER: Final = b"CASE WHEN %s THEN abs(-9223372036854775808) ELSE _id END" % _DOUBTFUL
_NUMBER: Final = rb"(NULL|-?[0-9]{1,19})"
_ROW: Final = re.compile(
    rb"Row: ([0-9]{1,9}) _id=([0-9]{1,18}), charset=" + _NUMBER + rb", type=" + _NUMBER + rb", address=([^\n]*)\n"
)


def message_addresses(shell: Shell, number: int) -> list[Record]:
    """Return them; see `phones.records.RecordsPhone.message_addresses`."""
    rows = _at_once(shell, number)
    if rows is not None:
        return rows
    found = ContentRecords(shell, RecordKind.MMS_ADDRESSES, number)
    rows = list(found)
    if found.obstacle is not None or found.unclear:
        raise RecordBytesError(found.obstacle or RecordObstacle.UNANSWERED, detail=found.detail)
    return rows


def _at_once(shell: Shell, number: int) -> list[Record] | None:
    """Ask one question; None where its answer is none, or tells of no address."""
    names = b":".join([b"_id", *(name.encode() for name in ADDRESS_COLUMNS)])
    uri = TABLES[RecordKind.MMS_ADDRESSES].uri % number
    command = b"content query --uri %s --projection %s --sort %s" % (uri, names, quote(_ORDER))
    try:
        done = shell.run(command, limit=MAX_ANSWER)
    except PhoneAnswerError:
        return None
    if done.code or complaint_in(done.stderr):
        return None
    return rows_of(done.stdout)


def rows_of(text: bytes) -> list[Record] | None:
    """Return the rows of an answer in which no address holds a line feed; None where it is none, or empty."""
    rows: list[Record] = []
    place = 0
    for found in _ROW.finditer(text):
        if found.start() != place or int(found[1]) != len(rows) or (rows and int(found[2]) <= rows[-1].id):
            return None
        rows.append(Record(int(found[2]), tuple(None if value == NULL else value for value in found.groups()[2:])))
        place = found.end()
    return rows if rows and place == len(text) else None
