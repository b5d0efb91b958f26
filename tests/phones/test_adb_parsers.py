"""What the phone prints, read as bytes that may be anything. Expected values stand in the sources named in the code."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.adb import facts, pm, shell, stats, storage, sync
from phoneward.phones.adb.devices import parse_devices
from phoneward.phones.adb.server import Address, address_from
from phoneward.phones.base import Entry, FileKind, Obstacle
from phoneward.phones.errors import AdbServerError, PhoneAnswerError, PhoneGoneError
from phoneward.phones.numbers import EARLIEST_NS, LATEST_NS

PIECES = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [
                *(
                    b"package:",
                    b"=",
                    b" uid:",
                    b"  installer=",
                    b" versionCode:",
                    b"\n",
                    b"com.a.b",
                    b"/data/app/x==/base.apk",
                ),
                *(b"Packages:\n", b"  Package [com.a] (1f):\n", b"    versionName=", b"    User 0: installed=true \n"),
                *(
                    b"      firstInstallTime=",
                    b"2024-01-01 00:00:00",
                    b"UserInfo{0:",
                    b":c13}",
                    b" running",
                    b"public:1,2 ",
                ),
                *(
                    b"Package Names: [",
                    b'"a"',
                    b"]",
                    b"App Sizes: [1",
                    b"[ro.x]: [",
                    b"mounted ",
                    b"null",
                    b"0",
                    b"{",
                    b"}",
                ),
                *(b"List of devices", b"device", b" transport_id:", b"no permissions", b"\t", b"\r\n", b"|", b"WORD"),
            ]
        ),
    ),
    max_size=30,
).map(b"".join)


@given(PIECES, st.integers(0, 999))
def test_no_output_breaks_a_parser(answer: bytes, user_id: int) -> None:
    for app in pm.parse_listing(answer, user_id, with_paths=True):
        assert pm.is_package(app.package)
        assert app.apk is None or app.apk.startswith(b"/")
    for name, about in pm.parse_details(answer).items():
        assert pm.is_package(name)
        assert all(isinstance(value, str) for value in about.fields.values())
        about.version_code()
        about.uid(user_id)
    pm.listed_by_details(pm.parse_details(answer), user_id)
    for sizes in pm.parse_sizes(answer).values():
        assert all(value is None or value >= 0 for value in (sizes.app, sizes.data, sizes.cache))
    facts.identity(facts.parse_properties(answer), "serial")
    storage.parse_users(answer)
    storage.parse_cards(answer)
    storage.parse_used(answer)
    parse_devices(answer)
    for call, errors in (
        (facts.parse_now, PhoneAnswerError),
        (lambda a: shell.parse_old_answer(a, b"WORD"), PhoneGoneError),
    ):
        with contextlib.suppress(errors):
            call(answer)
    fields = stats.split_record(answer, b"WORD")
    if fields:
        stats.entry_of_record(fields, b"/a")


# -- stat ------------------------------------------------------------------------------------------------------------

NAMES = st.binary(min_size=1, max_size=40).map(lambda name: b"/" + name.replace(b"\0", b"\n"))


@given(
    NAMES, st.integers(EARLIEST_NS, LATEST_NS), st.integers(0, 2**63 - 1), st.sampled_from(["new", "0.8.1", "0.7.6"])
)
def test_records_come_back_as_they_went(path: bytes, moment_ns: int, size: int, style: str) -> None:
    seconds, fraction = divmod(moment_ns, 10**9)
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    text = f"{when:%Y-%m-%d %H:%M:%S}.{fraction:09d}".rjust(29, "0").encode()
    text += b"" if style == "0.7.6" else b" +0000"
    shown = b"`" + path + b"'" if style == "0.7.6" else path
    record = b"WORD|81b4|%d|%b|%b|%b" % (size, text, text, shown)
    fields = stats.split_record(record, b"WORD")
    assert fields is not None
    assert stats.entry_of_record(fields, path) == Entry(path, FileKind.FILE, size, 0o664, moment_ns, moment_ns)


@given(NAMES, NAMES, st.sampled_from(["%s -> '%s'", "%s -> `%s'", "`%s' -> `%s'"]))
def test_link_targets_of_every_age_of_toybox(path: bytes, target: bytes, style: str) -> None:
    assert stats.link_target(style.encode().replace(b"%s", b"%b") % (path, target), path) == target


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"2024-13-01 00:00:00.000000000",
        b"2024-01-01 00:00:00.5 +0000",
        b"2024-01-01 00:00:00.000000000 +0200",
        b"x" * 29,
        b"2024-01-01 00:00:00.1_2345678 +0000",
        b"2024-01-01 00:00:00.+12345678 +0000",
    ],
)
def test_other_times_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"time|month|invalid"):
        stats.parse_time(text)


@pytest.mark.parametrize(
    "numbers",
    [
        *(b"8155555555555555555a4|5", b"7" * 40 + b"|1", b"-81a4|5", b"0x81a4|5", b"8_1a4|5", b" 81a4|5", b"|5"),
        *(b"81a4|-5", b"81a4|9223372036854775808", b"81a4|" + b"9" * 30, b"81a4|" + b"9" * 5000, b"81a4|1_0", b"81a4|"),
    ],
)
def test_impossible_numbers_describe_nothing(numbers: bytes) -> None:
    """Found by fuzzing: a mode too long for the C library."""
    when = b"2026-11-21 21:39:29.344510214 +0000"
    fields = stats.split_record(b"WORD|" + numbers + b"|" + when + b"|" + when + b"|/a", b"WORD")
    assert fields is not None
    assert stats.entry_of_record(fields, b"/a") is None


@pytest.mark.parametrize(
    ("year", "kept"), [(b"9999", LATEST_NS), (b"2262", 9214646400 * 10**9), (b"0001", EARLIEST_NS)]
)
def test_file_times_are_kept_within_64_bits(year: bytes, kept: int) -> None:
    """2262-01-01 by GNU date; ext4 knows later years than nanoseconds of 64 bits."""
    when = year + b"-01-01 00:00:00.000000000 +0000"
    entry = stats.entry_of_record([b"81a4", b"1", when, when, b"/a"], b"/a")
    assert entry is not None
    assert (entry.mtime_ns, entry.ctime_ns) == (kept, kept)
    assert -(2**63) <= kept < 2**63


def test_obstacles_from_words_and_numbers() -> None:
    assert sync.obstacle_of_words("open failed: Permission denied") is Obstacle.DENIED
    assert sync.obstacle_of_words("open failed: No such file or directory") is Obstacle.VANISHED
    assert sync.obstacle_of_words("read failed: I/O error") is Obstacle.READ_ERROR
    assert sync.obstacle_of_number(13) is Obstacle.DENIED
    assert sync.obstacle_of_number(2) is Obstacle.VANISHED
    assert sync.obstacle_of_number(5) is Obstacle.READ_ERROR


# -- pm --------------------------------------------------------------------------------------------------------------


def test_a_line_of_every_kind() -> None:
    answer = (
        b"package:/data/app/~~x==/com.foo-y==/base.apk=com.foo versionCode:12  installer=a.market uid:10123\n"
        b"package:/system/priv-app/S/S.apk=com.android.settings versionCode:34  installer=null uid:1000,1001000\n"
        b"package:/data/app/a=b c/base.apk=com.bar\n"
        b"package:no/path=com.baz\r\n"
        b"Failure [error]\n"
        b"package:=..\n"
    )
    assert pm.parse_listing(answer, 10, with_paths=True) == [
        pm.Listed("com.foo", b"/data/app/~~x==/com.foo-y==/base.apk", 12, "a.market", 10123),
        pm.Listed("com.android.settings", b"/system/priv-app/S/S.apk", 34, "", 1001000),
        pm.Listed("com.bar", b"/data/app/a=b c/base.apk"),
        pm.Listed("com.baz"),
    ]


def test_an_app_cannot_speak_for_another() -> None:
    """A version name may hold line ends; the fields it forges contradict the true ones and count as unknown."""
    answer = (
        b"Packages:\n"
        b"  Package [com.evil] (1a):\n    versionName=1\n  Package [com.bank] (2b):\n    versionName=forged\n"
        b"    firstInstallTime=2001-01-01 00:00:00\n    firstInstallTime=2024-01-01 00:00:00\n"
        b"  Package [com.bank] (3c):\n    versionName=5.1\n"
        b"  Package [com.good] (4d):\n    versionCode=7 minSdk=24 targetSdk=30\n    userId=10001\n    versionName=2\n"
        b"    User 10: ceDataInode=1 installed=true hidden=false\n      firstInstallTime=2020-02-03 04:05:06\n"
        b"\nShared users:\n  Package [com.late] (5e):\n"
    )
    found = pm.parse_details(answer)
    assert set(found) == {"com.evil", "com.good"}
    good = found["com.good"]
    assert (good.version_code(), good.uid(10), good.get("versionName", 0)) == (7, 1010001, "2")
    assert good.get("firstInstallTime", 10) == "2020-02-03 04:05:06"
    assert good.get("firstInstallTime", 0) == ""
    assert [app.package for app in pm.listed_by_details(found, 10)] == ["com.good"]


def test_local_times_by_zone_and_by_offset() -> None:
    stockholm = pm.time_zone("Europe/Stockholm", "")
    assert pm.parse_local_time("2019-12-11 11:17:04", stockholm) == 1576059424 * 10**9
    assert pm.parse_local_time("2019-07-11 11:17:04", stockholm) == 1562836624 * 10**9
    assert pm.parse_local_time("2019-12-11 11:17:04", pm.time_zone("No/Where", "+0100")) == 1576059424 * 10**9
    assert pm.time_zone("../../etc/passwd", "x") is None
    assert pm.parse_local_time("2019-99-11 11:17:04", stockholm) is None


def test_sizes_must_fit_together() -> None:
    answer = b'Package Names: ["com.a","com.b"]\nApp Sizes: [1,2]\nApp Data Sizes: [3,4]\nCache Sizes: [5,-6]\n'
    assert pm.parse_sizes(answer) == {"com.a": pm.Sizes(1, 3, 5), "com.b": pm.Sizes(2, 4, None)}
    assert pm.parse_sizes(answer.replace(b"[3,4]", b"[3]")) == {}
    assert pm.parse_sizes(answer.replace(b"App Data Sizes: [3,4]\n", b""))["com.a"] == pm.Sizes(1, None, 5)
    assert pm.parse_sizes(b"Package Names: " + b"[" * 100_000 + b"\n") == {}


def test_numbers_that_cannot_be_are_unknown() -> None:
    (app,) = pm.parse_listing(b"package:a.b versionCode:9999999999999999999\n", 0, with_paths=False)
    assert app.version_code is None
    details = pm.parse_details(b"Packages:\n  Package [a.b] (1a):\n    versionCode=9999999999999999999 minSdk=1\n")
    assert details["a.b"].version_code() is None
    assert pm.parse_local_time("9999-12-31 23:59:59", UTC) is None
    assert pm.parse_local_time("1601-01-01 00:00:00", UTC) is None
    assert pm.parse_local_time("2024-01-01 00:00:00", UTC) == 1704067200 * 10**9


def test_splits() -> None:
    assert pm.parse_splits("[base, config.arm64_v8a, ../x, feature:4]") == ["config.arm64_v8a", "feature"]


# -- users, cards, properties, clock ---------------------------------------------------------------------------------


def test_recorded_users() -> None:
    answer = (
        b"Users:\n\tUserInfo{0:Owner:c13} running\n\tUserInfo{10:Work: a}b:30}\n"
        b"\tUserInfo{999:XSpace:801010} running\r\n"
    )
    assert storage.parse_users(answer) == [
        storage.User(0, "Owner", running=True),
        storage.User(10, "Work: a}b", running=False),
        storage.User(999, "XSpace", running=True),
    ]


def test_recorded_cards() -> None:
    answer = (
        b"private mounted null\npublic:259,1 unmountable null\npublic:259,2 mounted 1234-ABCD\n"
        b"public:8,1 ejecting ../x\nemulated;0 mounted null\n"
    )
    assert storage.parse_cards(answer) == {b"1234-ABCD": "mounted"}


def test_used_bytes() -> None:
    answer = (
        b"Filesystem       1K-blocks    Used Available Use% Mounted on\n"
        b"/dev/fuse 51170024 5911412  45111156  12% /storage/A\n"
    )
    assert storage.parse_used(answer) == 5911412 * 1024
    assert storage.parse_used(b"df: no such thing") is None


def test_properties_may_span_lines() -> None:
    answer = b"[ro.a]: [1]\r\n[ro.b]: [two\nlines]\n[ro.c]: []\n[broken\n[ro.serialno]: [ABC\xff]\n"
    assert facts.parse_properties(answer) == {
        "ro.a": "1",
        "ro.b": "two\\x0alines",
        "ro.c": "",
        "ro.serialno": "ABC\\xff",
    }


def test_the_identity_hides_the_serial_number_and_survives_another_cable() -> None:
    known = {"ro.serialno": "R5CT1234", "ro.product.model": "SM-G991B", "ro.product.manufacturer": "samsung"}
    usb, wifi = facts.identity(known, "R5CT1234"), facts.identity(known, "192.168.1.5:5555")
    assert usb == wifi
    assert "R5CT1234" not in repr(usb)
    assert usb.label == "samsung-SM-G991B"
    assert facts.identity({}, "a").id != facts.identity({}, "b").id


@pytest.mark.parametrize(
    ("answer", "moment"),
    [
        (b"1700000000\n1700000000123456789\n", 1700000000123456789),
        (b"1700000000\n1700000000N\n", 1700000000 * 10**9),
        (b"1700000000\r\n1700000000%N\r\n", 1700000000 * 10**9),
        (b"1700000000\n", 1700000000 * 10**9),
    ],
)
def test_the_clock_of_every_age(answer: bytes, moment: int) -> None:
    assert facts.parse_now(answer) == moment


@pytest.mark.parametrize(
    "answer",
    [
        *(b"99999999999\n99999999999000000000\n", b"9223372037\n", b"-1\n-1000000000\n"),
        *(b"9223372036\n9223372036999999999\n", b"", b"\n", b"x\n", b"1" * 5000 + b"\n"),
    ],
)
def test_a_clock_that_cannot_be(answer: bytes) -> None:
    with pytest.raises(PhoneAnswerError):
        facts.parse_now(answer)


# -- shell and server ------------------------------------------------------------------------------------------------


@given(st.binary(max_size=60), st.integers(0, 255), st.booleans())
def test_old_shells_give_back_what_was_printed(printed: bytes, code: int, terminal: bool) -> None:
    answer = printed + b"WoRd%dWoRd\n" % code
    if terminal:
        answer = answer.replace(b"\n", b"\r\n")
    if not terminal and answer.endswith(b"\r\n"):
        return
    assert shell.parse_old_answer(answer, b"WoRd") == shell.Finished(printed, b"", code)


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, Address()),
        ({"ADB_SERVER_SOCKET": "tcp:5555"}, Address(port=5555)),
        ({"ADB_SERVER_SOCKET": "tcp:localhost:1"}, Address("localhost", 1)),
        ({"ADB_SERVER_SOCKET": "tcp:[::1]:1"}, Address("::1", 1)),
        ({"ADB_SERVER_SOCKET": "localfilesystem:/a:b"}, Address(path="/a:b")),
        ({"ANDROID_ADB_SERVER_PORT": "6"}, Address(port=6)),
        ({"ANDROID_ADB_SERVER_ADDRESS": "h", "ANDROID_ADB_SERVER_PORT": "6"}, Address("h", 6)),
    ],
)
def test_where_the_server_is(environment: dict[str, str], address: Address) -> None:
    assert address_from(environment) == address


@pytest.mark.parametrize("spec", ["tcp:", "tcp:x", "tcp:70000", "vsock:1:2", "localfilesystem:", "nonsense"])
def test_addresses_that_say_nothing(spec: str) -> None:
    with pytest.raises(AdbServerError):
        address_from({"ADB_SERVER_SOCKET": spec})
