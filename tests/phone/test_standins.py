"""What the stand-ins print, beside what phones were recorded to print (shapes; see each script for its source)."""

import re
import subprocess

import pytest

from tests.phone import profiles, state
from tests.phone.testphone import PhoneFactory, TestPhone


@pytest.fixture
def full(phone_factory: PhoneFactory) -> TestPhone:
    return phone_factory(state=state.FULL)


def _lines(phone: TestPhone, command: str) -> list[str]:
    return phone.shell(command).decode().splitlines()


def test_getprop(full: TestPhone) -> None:
    assert _lines(full, "getprop ro.build.version.sdk") == ["34"]
    assert _lines(full, "getprop no.such") == [""]
    assert _lines(full, "getprop no.such fallback") == ["fallback"]
    everything = _lines(full, "getprop")
    assert "[ro.product.model]: [Pixel 8 Pro]" in everything
    assert all(re.fullmatch(r"\[[^]]+\]: \[.*\]", line) for line in everything)


def test_users(full: TestPhone) -> None:
    assert _lines(full, "pm list users") == [
        "Users:",
        "\tUserInfo{0:Owner:c13} running",
        "\tUserInfo{10:Work profile:1030} running",
        "\tUserInfo{999:Dual apps:4001030} running",
    ]
    assert _lines(full, "cmd user list") == _lines(full, "pm list users")
    assert _lines(full, "am get-current-user") == ["0"]


def test_packages_of_each_user(full: TestPhone) -> None:
    assert _lines(full, "pm list packages --user 10") == ["package:com.example.work"]
    assert "package:com.tencent.mm" in _lines(full, "pm list packages")
    assert _lines(full, "cmd package list packages -s") == ["package:com.android.settings"]
    refused = full.adb("shell", "-T", "pm list packages --user 999")
    assert refused.returncode == 255
    assert b"java.lang.SecurityException: Shell does not have permission to access user 999" in refused.stderr


def test_all_columns_at_once(full: TestPhone) -> None:
    line = next(line for line in _lines(full, "pm list packages -f -i -U --show-versioncode") if "tencent" in line)
    found = re.fullmatch(
        r"package:(/data/app/~~[\w-]{22}==/com\.tencent\.mm-[\w-]{22}==/base\.apk)=com\.tencent\.mm"
        r" versionCode:2841  installer=com\.huawei\.appmarket uid:10123",
        line,
    )
    assert found
    assert full.shell(f"cat '{found[1]}'")[:2] == b"PK"


def test_path_names_splits_that_exist(full: TestPhone) -> None:
    app = next(a for a in state.FULL.apps if a.splits)
    lines = _lines(full, f"pm path {app.name}")
    assert lines == [f"package:{path}" for path in app.apk_paths]
    for path in app.apk_paths:
        assert full.shell(f"cat '{path}'") == state.apk_bytes(app, path.rsplit("/", 1)[1])
    assert full.adb("shell", "-T", "pm path no.such.app").returncode == 1


def test_dumpsys_package(full: TestPhone) -> None:
    text = full.shell("dumpsys package com.tencent.mm").decode()
    assert re.search(r"^  Package \[com\.tencent\.mm\] \([0-9a-f]+\):$", text, re.MULTILINE)
    assert re.search(r"^    versionCode=2841 minSdk=\d+ targetSdk=\d+$", text, re.MULTILINE)
    assert re.search(r"^    splits=\[base, config\.arm64_v8a, config\.zh\]$", text, re.MULTILINE)
    twin = re.search(r"^    User 999: .*installed=true.*\n(?:      .*\n)*", text, re.MULTILINE)
    assert twin
    assert "      firstInstallTime=2024-04-02 11:11:11\n" in twin[0]
    assert re.search(r"^    User 10: .*installed=false", text, re.MULTILINE)
    whole = full.shell("dumpsys package").decode()
    assert whole.count("\n  Package [") == len(state.FULL.apps)
    assert full.shell("dumpsys package no.such") == b"Unable to find package: no.such\n"


def test_dumpsys_package_of_older_phones(phone_factory: PhoneFactory) -> None:
    text = phone_factory(profile=profiles.ANDROID_10).shell("dumpsys package com.whatsapp").decode()
    assert re.search(r"^    userId=10124$", text, re.MULTILINE)
    assert re.search(r"^    firstInstallTime=2024-03-01 10:00:00$", text, re.MULTILINE)
    assert "      firstInstallTime" not in text, "the users' own came with Android 13"


def test_diskstats(full: TestPhone) -> None:
    text = full.shell("dumpsys diskstats").decode()
    arrays = dict(re.findall(r"^(Package Names|App Sizes|App Data Sizes|Cache Sizes): \[(.*)\]$", text, re.MULTILINE))
    names = arrays["Package Names"].split(",")
    assert '"com.tencent.mm"' in names
    assert '"org.example.notes"' not in names
    assert arrays["App Data Sizes"].split(",")[names.index('"com.tencent.mm"')] == "11000000000"
    assert {len(part.split(",")) for part in arrays.values()} == {len(names)}
    full.answer_with(state.FULL.but(has_disk_figures=False))
    assert full.shell("dumpsys diskstats").endswith(b"File-based Encryption: true\n")


def test_storage_of_other_users_and_cards(full: TestPhone) -> None:
    (full.card() / "photo.jpg").write_bytes(b"card")
    (full.user_storage(10) / "work.txt").write_bytes(b"work")
    (full.user_storage(999) / "hidden.txt").write_bytes(b"twin")
    assert full.shell("cat /storage/1A2B-3C4D/photo.jpg") == b"card"
    assert full.shell("cat /storage/emulated/10/work.txt") == b"work"
    denied = full.adb("shell", "-T", "ls /storage/emulated/999")
    assert (denied.returncode, b"Permission denied" in denied.stderr) == (1, True)
    assert _lines(full, "sm list-volumes public") == ["public:179,1 mounted 1A2B-3C4D"]


def test_settings_and_content(phone_factory: PhoneFactory) -> None:
    rows = "Row: 0 _id=1, body=a, b=c\nsecond line\n"
    phone = phone_factory(state=state.FULL.but(content={"sms": rows}))
    assert phone.shell("settings get global device_name") == b"Anna's phone\n"
    assert phone.shell("settings get global no_such") == b"null\n"
    assert phone.shell("content query --uri content://sms/") == rows.encode()
    absent = phone.adb("shell", "-T", "content query --uri content://voicemail")
    assert (absent.stdout, absent.stderr.splitlines()[1]) == (
        b"",
        b"java.lang.IllegalStateException: Could not find provider: voicemail",
    )


def test_content_of_databases(phone_factory: PhoneFactory) -> None:
    """SQLite decides what is found; it is printed as Content.java does, and refused as the table of versions says."""
    row = {"_id": 7, "date": 1_700_000_000_123, "type": 1, "address": "+1", "body": "a, b=c\nRow: 1 _id=8, body=x"}
    phone = phone_factory(state=state.SMALL.but(messages=(row, {"_id": 9, "type": 2, "body": b"\0"})))
    ask = "content query --uri content://sms --projection _id:date:body --sort '_id ASC'"
    first = b"Row: 0 _id=7, date=1700000000123, body=a, b=c\nRow: 1 _id=8, body=x\n"
    assert phone.shell(ask) == first + b"Row: 1 _id=9, date=NULL, body=BLOB\n"
    assert phone.shell(f"{ask} --where '_id=7'") == first
    assert phone.shell(f"{ask} --where \"body='x'\"") == b"No result found.\n"
    unknown = phone.adb("shell", "-T", "content query --uri content://sms --projection _id:nonsense")
    assert (unknown.stdout, b"SQLiteException: no such column: nonsense (code 1" in unknown.stderr) == (b"", True)
    phone.answer_with(state.SMALL.but(messages=(row,), truncates=True))
    assert phone.shell(ask).startswith(b"Row: 0 _id=7, date=-807049093, body="), "the lower 32 bits"
    old = phone_factory(profile=profiles.ANDROID_9, state=state.SMALL.but(messages=(row,)))
    refused = old.adb("shell", "-T", ask)
    assert (refused.stdout, refused.returncode) == (b"", 0)
    assert refused.stderr.startswith(
        b"Error while accessing provider:sms\njava.lang.SecurityException: Permission Denial"
    )


def test_content_of_messages_with_pictures(phone_factory: PhoneFactory) -> None:
    """Drafts are not shown, addresses are asked for by message, a wrong question is answered by nothing found."""
    tables: dict[str, tuple[dict[str, object], ...]] = {
        "mms": (
            {"_id": 4, "msg_box": 1, "m_type": 132},
            {"_id": 5, "msg_box": 3, "m_type": 128},
            {"_id": 6, "msg_box": 1, "m_type": 130},
        ),
        "mms/#/addr": ({"_id": 1, "msg_id": 4, "address": "+1"}, {"_id": 2, "msg_id": 14, "address": "+2"}),
    }
    attached = {"mms/part/7": bytes(range(256)), "mms/part/8": b""}
    phone = phone_factory(state=state.SMALL.but(tables=tables, attached=attached))
    assert phone.shell("content query --uri content://mms --projection _id") == b"Row: 0 _id=4\n"
    assert phone.shell("content query --uri content://mms --projection _id:nonsense") == b"No result found.\n"
    addresses = "content query --uri content://mms/{}/addr --projection _id:address"
    assert phone.shell(addresses.format(4)) == b"Row: 0 _id=1, address=+1\n"
    assert phone.shell(addresses.format(5)) == b"No result found.\n"
    assert phone.shell("content read --uri content://mms/part/7") == bytes(range(256))
    assert phone.shell("content read --uri content://mms/part/8") == b""
    gone = phone.adb("shell", "-T", "content read --uri content://mms/part/9")
    assert (gone.stdout, gone.returncode) == (b"", 0)
    assert b"\njava.io.FileNotFoundException: No entry for content://mms/part/9\n" in gone.stderr
    old = phone_factory(profile=profiles.ANDROID_9, state=state.SMALL.but(tables=tables, attached=attached))
    refused = old.adb("shell", "-T", "content read --uri content://mms/part/7")
    assert (refused.stdout, b"SecurityException: Permission Denial: reading" in refused.stderr) == (b"", True)
    older = phone_factory(profile=profiles.ANDROID_5, state=state.SMALL.but(attached=attached))
    assert older.shell("content read --uri content://mms/part/7").endswith(b"[ERROR] Unsupported operation: read\n")


def test_an_unknown_service(full: TestPhone) -> None:
    answer = full.adb("shell", "-T", "dumpsys nosuch")
    assert (answer.returncode, answer.stderr) == (0, b"Can't find service: nosuch\n")
    assert full.adb("shell", "-T", "cmd nosuch").returncode == 20


@pytest.mark.parametrize(
    "command", ["find /sdcard -printf %p", "toybox find /sdcard -printf %p", "tar --null -c -T /dev/null"]
)
def test_an_old_toybox_refuses(phone_factory: PhoneFactory, command: str) -> None:
    phone = phone_factory(profile=profiles.ANDROID_9)
    assert phone.adb("shell", "-T", command).returncode == 1
    (phone.storage / "x").touch()
    assert phone.shell("find /sdcard/ -name x") == b"/sdcard/x\n"
    assert phone.shell("toybox ls /sdcard") == b"x\n"


def test_a_bare_phone(phone_factory: PhoneFactory) -> None:
    phone = phone_factory(profile=profiles.ANDROID_5)
    assert phone.shell("find / ; stat /; toybox stat /; echo end").decode().count("not found") == 2
    assert b"shell_v2" not in phone.adb("features").stdout
    assert b"Unknown option: -U" in phone.shell("pm list packages -U")
    (phone.storage / "x").write_bytes(b"1234")
    target = phone.folder / "x"
    phone.adb("pull", "/sdcard/x", target, check=True)
    assert target.read_bytes() == b"1234"


def test_android_7_has_exit_codes(phone_factory: PhoneFactory) -> None:
    phone = phone_factory(profile=profiles.ANDROID_7)
    with pytest.raises(subprocess.CalledProcessError):
        phone.shell("find /sdcard")
    assert phone.adb("shell", "-T", "pm list packages -U").returncode == 255


def test_a_scanned_picture_gets_into_the_list_and_out_of_it(full: TestPhone) -> None:
    (full.storage / "Pictures").mkdir()
    (full.storage / "Pictures/a b.png").write_bytes(b"\x89PNG")
    path = "/storage/emulated/0/Pictures/a b.png"
    scan = f"content call --uri content://media --method scan_file --arg '{path}'"
    query = f"content query --uri content://media/external/images/media --projection _id --where \"_data='{path}'\""
    assert _lines(full, query) == ["No result found."]
    assert _lines(full, scan) == ["Result: Bundle[{uri=content://media/external_primary/images/media/1000}]"]
    assert _lines(full, query) == ["Row: 0 _id=1000"]
    (full.storage / "Pictures/a b.png").unlink()
    broadcast = "am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d file://" + path.replace(" ", "%20")
    assert _lines(full, broadcast)[-1] == "Broadcast completed: result=0"
    assert full.listed_pictures() == []


def test_sent_bytes_are_told_after_a_poll(full: TestPhone) -> None:
    full.send(10123, 5000, received=70)
    assert "uid=10123" not in full.shell("dumpsys netstats --uid").decode()
    assert _lines(full, "dumpsys netstats --poll") == ["Forced poll"]
    told = full.shell("dumpsys netstats --uid").decode()
    assert re.search(
        r"^UID stats:\n  Pending bytes: \d+\n  History since boot:\n  ident=\[\{type=1, ", told, re.MULTILINE
    )
    sums = [sum(map(int, re.findall(f" {key}=(\\d+)", told.split("UID stats:")[1]))) for key in ("rb", "tb")]
    assert sums == [70, 5000]


def test_uses_of_a_right_are_told_as_ages(full: TestPhone) -> None:
    assert _lines(full, "cmd appops get com.whatsapp") == ["No operations."]
    full.use_right("com.whatsapp", "READ_MEDIA_IMAGES")
    (line,) = _lines(full, "appops get com.whatsapp")
    assert re.fullmatch(r"READ_MEDIA_IMAGES: allow; time=\+(\ds)?7ms ago", line)
    assert full.adb("shell", "-T", "cmd appops get no.such").returncode == 255


def test_the_screen_has_a_size(full: TestPhone) -> None:
    assert _lines(full, "wm size") == ["Physical size: 1080x2400"]
