"""Calls of an iPhone (`HomeDomain/Library/CallHistoryDB/CallHistory.storedata`), which only an encrypted backup holds.

Source of the columns: parsers of forensic tools (mvt, `ios/modules/mixed/calls.py`; iLEAPP, `callHistory.py`), read for
facts: `ZORIGINATED` 1 is a call from this phone, `ZANSWERED` 0 one that nobody took, `ZDATE` seconds since 2001,
`ZSERVICE_PROVIDER` who carried it (com.apple.Telephony, com.apple.FaceTime, an app).
"""

from collections.abc import Iterator
from typing import Final

from phoneward.databases import Database, text
from phoneward.phones.iosbackup.records.rows import Told, unix_ms, value
from phoneward.phones.records import Record

PLACE: Final = b"/domains/HomeDomain/Library/CallHistoryDB/CallHistory.storedata"
COLUMNS: Final = ("number", "duration", "date", "type", "presentation", "new", "is_read", "name", "service")
_INCOMING, _OUTGOING, _MISSED = b"1", b"2", b"3"
"""CallLog.Calls.INCOMING_TYPE and so on (AOSP)."""
_ALLOWED, _UNKNOWN = b"1", b"3"
_COLUMNS: Final = (
    "Z_PK", "ZADDRESS", "ZDURATION", "ZDATE", "ZORIGINATED", "ZANSWERED", "ZREAD", "ZNAME", "ZSERVICE_PROVIDER",
)  # fmt: skip


def calls(database: Database, told: Told) -> Iterator[Record]:
    """Yield calls."""
    for key, address, duration, date, originated, answered, read, name, service in database.rows(
        "ZCALLRECORD", _COLUMNS, "Z_PK", told
    ):
        if not isinstance(key, int):
            told.damaged("ZCALLRECORD")
            continue
        who = address.decode("utf-8", "replace") if isinstance(address, bytes) else text(address)
        kind = _OUTGOING if originated == 1 else _INCOMING if answered == 1 else _MISSED
        fields = (
            value(who), value(duration) or b"0", value(unix_ms(date)), kind, _ALLOWED if who else _UNKNOWN,
            b"0" if read else b"1", b"1" if read else b"0", value(text(name) or None), value(text(service) or None),
        )  # fmt: skip
        yield Record(key, fields)
