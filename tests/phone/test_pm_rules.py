"""The test phone's package manager: what it takes and refuses, and what becomes of the data, beside AOSP."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.phone import packages, profiles, state
from tests.phone.packages import ApkFacts, KnownApk, made
from tests.phone.pm_cases import CASES, NEW, OLD, SPLIT, B
from tests.phone.testphone import PhoneFactory, TestPhone

PACKAGE = OLD.package
BEFORE = "2024-03-01 10:00:00"


@pytest.fixture(scope="module")
def phones() -> Iterator[dict[int, TestPhone]]:
    """Phones of several ages, each started when it is first asked for."""
    started: dict[int, TestPhone] = {}
    yield started
    for phone in started.values():
        phone.close()


def session(phone: TestPhone, apks: list[KnownApk], options: str = "") -> str:
    """Install through a session as adb does; returns the answer to the commit."""
    created = phone.shell(f"pm install-create {options} -S {sum(len(apk.data) for apk in apks)}").decode()
    number = re.fullmatch(r"Success: created install session \[(\d+)\]\n", created)
    assert number, created
    for place, apk in enumerate(apks):
        command = f"pm install-write -S {len(apk.data)} {number[1]} {place}_{apk.facts.file_name} -"
        done = phone.adb("shell", "-T", command, stdin=apk.data)
        assert done.stdout == f"Success: streamed {len(apk.data)} bytes\n".encode(), done
    return phone.adb("shell", "-T", f"pm install-commit {number[1]}").stdout.decode().strip()


def plant(phone: TestPhone, user: int = 0) -> list[str]:
    """Give the app data in every place that Android knows; returns the paths, as the phone's root sees them."""
    places = [f"data/user/{user}/{PACKAGE}/databases/chats.db"]
    places += [f"storage/emulated/{user}/Android/{kind}/{PACKAGE}/file" for kind in ("data", "media", "obb")]
    for place in places:
        (phone.root / place).parent.mkdir(parents=True, exist_ok=True)
        (phone.root / place).write_bytes(b"eleven gigabytes of chats")
    return places


def left(phone: TestPhone, places: list[str]) -> list[str]:
    return [place for place in places if (phone.root / place).exists()]


def dumped(phone: TestPhone, field: str) -> str:
    text = phone.shell(f"dumpsys package {PACKAGE}").decode()
    found = re.search(rf"^ +{field}=(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


@pytest.fixture
def chat(phone_factory: PhoneFactory) -> TestPhone:
    """A phone with the app, and files that could come over it."""
    offered = (NEW, NEW.but(signers=(B,)), OLD.but(version_code=4), NEW.but(version_code=7))
    return phone_factory(
        state=state.State(apps=(state.app_of(made(OLD), app_id=10_201),), apks=tuple(map(made, offered)))
    )


@pytest.mark.parametrize("name", CASES)
def test_what_is_taken(name: str, phones: dict[int, TestPhone], tmp_path_factory: pytest.TempPathFactory) -> None:
    case = CASES[name]
    if case.sdk not in phones:
        base = profiles.ANDROID_7 if case.sdk < 28 else profiles.MODERN
        folder = tmp_path_factory.mktemp("phone")
        phones[case.sdk] = TestPhone(folder, profile=replace(base, sdk=case.sdk)).__enter__()
    phone = phones[case.sdk]
    offered = [made(facts) for facts in case.offered]
    phone.answer_with(state.State(apps=case.apps, apks=tuple(offered), props=case.props))
    before = phone.shell(f"dumpsys package {PACKAGE}")
    answer = session(phone, offered, case.options)
    found = re.match(r"Failure \[([A-Z_]+)", answer)
    assert (found[1] if found else answer.removeprefix("Success")) == case.status, answer
    if case.status:
        assert phone.shell(f"dumpsys package {PACKAGE}") == before, "a refused app is as it was"
    else:
        assert f"versionCode={case.offered[0].version_code} " in phone.shell(f"dumpsys package {PACKAGE}").decode()
    assert not list((phone.root / "data/app").glob("vmdl*"))


def test_an_update_keeps_what_the_app_has(chat: TestPhone) -> None:
    places, path = plant(chat), chat.shell(f"pm path {PACKAGE}")
    assert session(chat, [made(NEW)], "-i com.example.store") == "Success"
    assert left(chat, places) == places
    assert (dumped(chat, "firstInstallTime"), dumped(chat, "versionCode")[:2]) == (BEFORE, "6 ")
    assert dumped(chat, "lastUpdateTime") > "2026"
    assert (dumped(chat, "installerPackageName"), dumped(chat, "initiatingPackageName")) == (
        "com.example.store",
        "com.android.shell",
    )
    now = chat.shell(f"pm path {PACKAGE}")
    assert now != path
    assert chat.shell(b"cat " + now.strip().removeprefix(b"package:")) == made(NEW).data
    assert chat.adb("shell", "-T", b"ls " + path.strip().removeprefix(b"package:")).returncode == 1


def test_a_refused_update_changes_nothing(chat: TestPhone) -> None:
    places = plant(chat)
    assert session(chat, [made(NEW.but(signers=(B,)))]).startswith("Failure [INSTALL_FAILED_UPDATE_INCOMPATIBLE: ")
    assert left(chat, places) == places
    assert chat.shell(f"cat $(pm path {PACKAGE} | cut -d : -f 2)") == made(OLD).data


def test_uninstalling_takes_everything(chat: TestPhone) -> None:
    places = plant(chat)
    assert chat.shell(f"pm uninstall {PACKAGE}") == b"Success\n"
    assert left(chat, places) == []
    assert session(chat, [made(NEW.but(signers=(B,)))]) == "Success"
    assert dumped(chat, "firstInstallTime") > "2026"
    assert dumped(chat, "signatures").startswith("PackageSignatures{b9faada version:3, signatures:[bbbbbbbb]")


def test_keeping_the_data_locks_the_app_to_its_signer(chat: TestPhone) -> None:
    places = plant(chat)
    assert chat.shell(f"pm uninstall -k {PACKAGE}") == b"Success\n"
    assert left(chat, places) == places
    assert dumped(chat, "pkg") == "null"
    assert PACKAGE.encode() not in chat.shell("pm list packages")
    assert "UPDATE_INCOMPATIBLE" in session(chat, [made(NEW.but(signers=(B,)))])
    assert "VERSION_DOWNGRADE" in session(chat, [made(OLD.but(version_code=4))])
    assert session(chat, [made(NEW)]) == "Success"
    assert left(chat, places) == places


def test_clearing_keeps_the_app_and_its_obb(chat: TestPhone) -> None:
    places = plant(chat)
    assert chat.shell(f"pm clear {PACKAGE}") == b"Success\n"
    assert left(chat, places) == [f"storage/emulated/0/Android/obb/{PACKAGE}/file"]
    assert dumped(chat, "firstInstallTime") == BEFORE
    assert chat.adb("shell", "-T", "pm clear no.such.app").stderr == b"Failed\n"


def test_a_store_wipes_it_behind_your_back(chat: TestPhone) -> None:
    places = plant(chat)
    chat.shell(f"pm uninstall {PACKAGE}")
    assert session(chat, [made(NEW.but(signers=(B,)))], "--played-by com.huawei.appmarket") == "Success"
    assert left(chat, places) == []
    assert dumped(chat, "initiatingPackageName") == "com.huawei.appmarket"


@pytest.mark.parametrize("loses", ["data", "data-and-time"])
def test_a_makers_own_fault(chat: TestPhone, loses: str) -> None:
    places = plant(chat)
    chat.play("loses", loses)
    assert session(chat, [made(NEW)]) == "Success"
    assert left(chat, places) == []
    assert (dumped(chat, "firstInstallTime") == BEFORE) is (loses == "data")


def test_two_users(phone_factory: PhoneFactory) -> None:
    users = (state.User(0, "Owner"), state.User(10, "Work profile", "1030"))
    app = state.app_of(made(OLD), app_id=10_201, first_installed={0: BEFORE, 10: "2024-04-02 11:11:11"})
    phone = phone_factory(state=state.State(users=users, apps=(app,), apks=(made(NEW), made(NEW.but(version_code=7)))))
    places, work = plant(phone), plant(phone, 10)
    assert session(phone, [made(NEW)], "--user 0") == "Success"
    assert left(phone, places + work) == places + work
    assert phone.shell(f"pm uninstall --user 10 {PACKAGE}") == b"Success\n"
    assert left(phone, places + work) == places
    assert phone.adb("shell", "-T", f"pm uninstall --user 10 {PACKAGE}").stdout == b"Failure [not installed for 10]\n"
    assert session(phone, [made(NEW.but(version_code=7))]) == "Success"
    assert phone.adb("shell", "-T", f"pm path --user 10 {PACKAGE}").returncode == 1, "an update gives it to nobody new"


def test_splits_come_and_go(phone_factory: PhoneFactory) -> None:
    french = NEW.but(split="config.fr", abis=("arm64-v8a",))
    offered = (NEW, SPLIT.but(version_code=6), french)
    phone = phone_factory(
        state=state.State(apps=(state.app_of(made(OLD), made(SPLIT), app_id=10_201),), apks=tuple(map(made, offered)))
    )
    assert session(phone, [made(NEW), made(SPLIT.but(version_code=6))]) == "Success"
    assert session(phone, [made(french)], f"-p {PACKAGE}") == "Success"
    names = [line.rpartition(b"/")[2] for line in phone.shell(f"pm path {PACKAGE}").splitlines()]
    assert names == [b"base.apk", b"split_config.fr.apk", b"split_config.de.apk"]
    assert (dumped(phone, "splits"), dumped(phone, "primaryCpuAbi")) == ("[base, config.fr, config.de]", "arm64-v8a")
    assert session(phone, [made(NEW)]) == "Success"
    assert dumped(phone, "splits") == "[base]", "a full install drops the splits that it does not bring"


def test_only_bytes_that_are_known(chat: TestPhone) -> None:
    data = made(NEW).data
    for changed in (data[:-1], data + b"\0", data[:500] + b"x" + data[501:]):
        apk = KnownApk(changed, NEW)
        assert session(chat, [apk]).startswith(
            "Failure [INSTALL_PARSE_FAILED_NOT_APK: Failed to parse /data/app/vmdl1001"
        )


def test_a_full_phone(chat: TestPhone) -> None:
    chat.play("room", "1000")
    created = chat.adb("shell", "-T", "pm install-create -r -S 20000")
    assert (created.stdout, created.returncode) == (b"", 255)
    assert b"Requested internal only, but not enough space" in created.stderr
    chat.play("room", "10000")
    chat.shell("pm install-create -r -S 5000")
    written = chat.adb("shell", "-T", "pm install-write -S 20000 1001 base.apk -", stdin=bytes(20_000))
    assert written.stdout == b"Error: java.io.IOException: write failed: ENOSPC (No space left on device)\n"
    assert chat.shell("df -k /data").split()[-3:] == [b"9", b"99%", b"/data"]
    assert chat.shell("pm install-abandon 1001") == b"Success\n"


def test_what_an_old_phone_does_not_know(phone_factory: PhoneFactory) -> None:
    phone = phone_factory(profile=profiles.ANDROID_7)
    for option in ("-R", "--bypass-low-target-sdk-block"):
        refused = phone.adb("shell", "-T", f"pm install-create {option} -S 1")
        assert refused.stderr.endswith(f"java.lang.IllegalArgumentException: Unknown option {option}\n".encode())


def test_the_real_adb_installs(phone_factory: PhoneFactory) -> None:
    """`adb install` and `adb install-multiple` speak to it as they speak to a phone."""
    apks = (made(OLD), made(NEW), made(NEW.but(split="config.de")))
    phone = phone_factory(profile=profiles.MODERN.without("abb", "abb_exec"), state=state.State(apks=apks))
    files = [phone.folder / f"{number}.apk" for number in range(3)]
    for file, apk in zip(files, apks, strict=True):
        file.write_bytes(apk.data)
    assert phone.adb("install", files[0]).stdout.endswith(b"Success\n")
    assert phone.adb("install-multiple", "-r", files[1], files[2]).stdout.endswith(b"Success\n")
    assert dumped(phone, "splits") == "[base, config.de]"
    assert b"INSTALL_FAILED_VERSION_DOWNGRADE" in phone.adb("install", "-r", files[0]).stderr
    assert phone.adb("uninstall", PACKAGE).stdout == b"Success\n"


def test_dumped_as_recorded(phone_factory: PhoneFactory) -> None:
    """Shapes that phones printed: YouTube's rotated signer (Android 14), a Huawei's with Android 7."""
    facts = ApkFacts(
        PACKAGE,
        signers=("fa41615",),
        past=(("7d3bce25", 23), ("fa41615", 23)),
        revision=10,
        shared_user="org.example.shared",
        permissions=(("org.example.READ", "signature"),),
        key_sets=("fa41615", "7d3bce25"),
        flags=frozenset({packages.TEST_ONLY}),
    )
    app = state.app_of(made(facts), app_id=10_201, system=True, updated_system=True, originator="org.fdroid.fdroid")
    text = phone_factory(state=state.State(apps=(app,))).shell(f"dumpsys package {PACKAGE}").decode()
    for line in (
        "    signatures=PackageSignatures{b9faada version:3, signatures:[fa41615], past signatures:[7d3bce25 ",
        " past signatures:[7d3bce25 flags: 17, fa41615 flags: 17]}",
        "    sharedUser=SharedUserSetting{81c08d6 org.example.shared/10201}",
        "    splits=[base:10]",
        "    originatingPackageName=org.fdroid.fdroid",
        "    flags=[ SYSTEM HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP UPDATED_SYSTEM_APP TEST_ONLY ]",
        "    declared permissions:\n      org.example.READ: prot=signature, INSTALLED",
        "      Signing KeySets: 1\n      Upgrade KeySets: 41, 42",
        "\nHidden system packages:\n  Package [org.example.chat] (",
    ):
        assert f"{line}" in text, line
    old = phone_factory(profile=profiles.ANDROID_7, state=state.State(apps=(app,)))
    text = old.shell(f"dumpsys package {PACKAGE}").decode()
    assert "    signatures=PackageSignatures{b9faada [fa41615]}\n" in text
    assert "    versionCode=1 targetSdk=34\n" in text
    assert "initiatingPackageName" not in text


def test_a_certificate_by_its_hash() -> None:
    """java.util.Arrays.hashCode: of no bytes 1, of one zero 31; bytes count as signed."""
    assert packages.certificate_hash(b"") == "1"
    assert packages.certificate_hash(b"\0") == "1f"
    assert packages.certificate_hash(b"\xff") == "1e"
    assert packages.certificate_hash(bytes(range(200))) == f"{_java(bytes(range(200))):x}"


def _java(data: bytes) -> int:
    powers = sum((byte - 256 * (byte > 127)) * 31 ** (len(data) - 1 - place) for place, byte in enumerate(data))
    return int((31 ** len(data) + powers) % 2**32)
