"""Output of real phones, as people have published it, taken apart.

Of each recording only its structure is here: the columns, their order, which of them are empty. Every text, number,
name, date and place is replaced, since they are other people's. Sources and versions: tests/phone/README.md.
"""

from dataclasses import dataclass, field

import pytest

from phoneward.phones import RecordObstacle
from phoneward.phones.adb.content import complaint_in, obstacle_of, the_exception
from phoneward.phones.adb.rowtext import split_fields, split_rows


@dataclass(frozen=True)
class Recording:
    """Rows of `content query --uri content://sms` without a projection."""

    text: str
    ids: tuple[int, ...]
    columns: tuple[str, ...]
    expected: dict[str, str] = field(default_factory=dict)


def _names(more: str) -> tuple[str, ...]:
    first = "thread_id address person date date_sent protocol read status type reply_path_present subject body"
    return tuple(f"{first} service_center {more}".split())


REALME_14 = Recording(
    """Row: 0 _id=307, thread_id=17, address=Operator, person=NULL, date=1700000398386, date_sent=1700000398000, \
protocol=0, read=0, status=-1, type=1, reply_path_present=0, subject=proto:CjoKImNvbS5leGFtcGxl, body=An offer. \
300 GB, 30 days lang, service_center=+10000000001, locked=0, sub_id=3, error_code=-1, \
creator=com.google.android.apps.messaging, seen=1
Row: 1 _id=308, thread_id=22, address=14250, person=NULL, date=1700000064303, date_sent=1700000063000, \
protocol=0, read=0, status=-1, type=1, reply_path_present=0, subject=proto:CjoKImNvbS5leGFtcGxl, body=Your card \
on 21/12/2023 ., service_center=+10000000002, locked=0, sub_id=3, error_code=-1, \
creator=com.google.android.apps.messaging, seen=1
""",
    (307, 308),
    _names("locked sub_id error_code creator seen"),
    {"body": "An offer. 300 GB, 30 days lang", "date": "1700000398386", "seen": "1"},
)

XIAOMI = Recording(
    """Row: 0 _id=220, thread_id=32, address=10000, person=NULL, date=1700000752232, date_sent=1700000749000, \
protocol=0, read=1, status=-1, type=1, reply_path_present=0, subject=NULL, body=【通知】您好
and a second line, service_center=+460000000000000, locked=0, error_code=0, seen=1, timed=0, deleted=0, \
sync_state=2, marker=100000000000000000, source=QUJD, bind_id=10000000000000000, mx_status=0, mx_id=NULL, \
out_time=0, account=100000000, sim_id=1, block_type=0, advanced_seen=3, b2c_ttl=0, b2c_numbers=NULL, \
fake_cell_type=0, url_risky_type=0, creator=NULL, favorite_date=0, mx_id_v2=NULL, sub_id=-1
""",
    (220,),
    _names(
        "locked error_code seen timed deleted sync_state marker source bind_id mx_status mx_id out_time"
        " account sim_id block_type advanced_seen b2c_ttl b2c_numbers fake_cell_type url_risky_type creator"
        " favorite_date mx_id_v2 sub_id"
    ),
    {"body": "【通知】您好\nand a second line", "marker": "100000000000000000", "sub_id": "-1"},
)

HUAWEI = Recording(
    """Row: 0 _id=2982, thread_id=1402, address=100000000000000000, person=0, date=1700000271713, \
date_sent=1700000269000, protocol=0, read=1, status=-1, type=1, reply_path_present=0, subject=NULL, body=Code: \
(000000), for two minutes.   , service_center=+10000000, locked=0, sub_id=1, network_type=13, error_code=0, \
creator=com.android.mms, seen=1, si_id=NULL, mid=NULL, created=NULL, mtype=0, privacy_mode=0, group_id=7627, \
addr_body=0,, time_body=0,, risk_url_body=, is_secret=1, resent_im=0, hw_is_satellite=0
""",
    (2982,),
    _names(
        "locked sub_id network_type error_code creator seen si_id mid created mtype privacy_mode group_id"
        " addr_body time_body risk_url_body is_secret resent_im hw_is_satellite"
    ),
    {"body": "Code: (000000), for two minutes.   ", "addr_body": "0,", "risk_url_body": ""},
)


@pytest.mark.parametrize("recording", [REALME_14, XIAOMI, HUAWEI], ids=["realme, Android 14", "Xiaomi", "Huawei"])
def test_rows_of_real_phones(recording: Recording) -> None:
    """What the makers add to Android's columns, and texts with commas and line ends, stand in nobody's way."""
    rows = split_rows(recording.text.encode(), recording.ids, recording.columns[0])
    assert rows is not None
    assert len(rows) == len(recording.ids)
    for row in rows:
        values = split_fields(row, recording.columns[:1], recording.columns[1:])
        assert values is not None
        again = b", ".join(b"%s=%s" % pair for pair in zip(map(str.encode, recording.columns), values, strict=True))
        assert again == row
    first = split_fields(rows[0], recording.columns[:1], recording.columns[1:]) or []
    named = dict(zip(recording.columns, (value.decode() for value in first), strict=True))
    assert {name: named[name] for name in recording.expected} == recording.expected


READ_ANDROID_6 = b"""Error while accessing provider:example
java.io.FileNotFoundException: /nothing
        at android.database.DatabaseUtils.readExceptionWithFileNotFoundExceptionFromParcel(DatabaseUtils.java:144)
        at android.content.ContentProviderProxy.openFile(ContentProviderNative.java:594)
        at com.android.commands.content.Content$ReadCommand.onExecute(Content.java:521)
        at com.android.commands.content.Content$Command.execute(Content.java:418)
        at com.android.commands.content.Content.main(Content.java:623)
        at com.android.internal.os.RuntimeInit.nativeFinishInit(Native Method)
        at com.android.internal.os.RuntimeInit.main(RuntimeInit.java:251)
"""
CALLS_REFUSED = (
    b"Error while accessing provider:call_log\njava.lang.SecurityException: Permission Denial: opening provider"
    b" com.android.providers.contacts.CallLogProvider from (null) (pid=2267, uid=2000) requires"
    b" android.permission.READ_CALL_LOG or android.permission.WRITE_CALL_LOG\n"
)


def test_a_file_that_a_real_phone_could_not_open() -> None:
    """`content read` of a phone of 2016 or so, and how it says that there is nothing."""
    assert complaint_in(READ_ANDROID_6) == READ_ANDROID_6
    assert the_exception(READ_ANDROID_6) == "java.io.FileNotFoundException: /nothing"


def test_a_call_list_that_a_real_phone_refused() -> None:
    """The words of a refusal, as another program's test has them."""
    assert obstacle_of(complaint_in(CALLS_REFUSED)) is RecordObstacle.REFUSED
    assert "READ_CALL_LOG" in the_exception(CALLS_REFUSED)
