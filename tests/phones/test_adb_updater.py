"""What an update asks of an Android phone, by the real adb: one app's state, and a new version put over it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from phoneward.phones import (
    AdbUpdater,
    ApkFile,
    DefinedPermission,
    InstallCutOffError,
    InstallOptions,
    PackageState,
    PastSigner,
    PhoneGoneError,
    UpdateRefusedError,
)
from phoneward.phones.adb import sessions
from phoneward.phones.errors import PhoneCannotBeWrittenError
from phoneward.progress import Advanced, Event, Notice
from tests.phone import profiles, state
from tests.phone.packages import DEBUGGABLE, TEST_ONLY, ApkFacts, KnownApk, made
from tests.phone.pm_cases import CASES, NEW, OLD, SPLIT, B, Case
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone

PACKAGE = OLD.package
BEFORE_NS = 1_709_258_400 * 10**9
"""2024-03-01 10:00:00 in Shanghai, when the app was installed."""


def files(*apks: KnownApk) -> list[ApkFile]:
    return [ApkFile(apk.facts.file_name, len(apk.data), pieces_of(apk.data)) for apk in apks]


def pieces_of(data: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([data[:1000], data[1000:]])


def with_chat(
    phone_factory: PhoneFactory, *offered: KnownApk, profile: profiles.Profile = profiles.MODERN, **changes: object
) -> TestPhone:
    """Start a phone that has the app, and recognises these files."""
    app = replace(state.app_of(made(OLD), app_id=10_201), **changes)  # type: ignore[arg-type]
    return phone_factory(state=state.State(apps=(app,), apks=(made(NEW), *offered)), profile=profile)


def seen(phone: TestPhone, user_id: int = 0) -> PackageState:
    with adb_phone(phone) as adb:
        found = AdbUpdater(adb).package_state(PACKAGE, user_id)
    assert found is not None
    return found


def update(phone: TestPhone, *apks: KnownApk, **knobs: object) -> None:
    with adb_phone(phone) as adb:
        AdbUpdater(adb).install_update(PACKAGE, files(*apks), **knobs)  # type: ignore[arg-type]


def sessions_left(phone: TestPhone) -> list[str]:
    return [path.name for path in (phone.root / "data/app").glob("vmdl*")]


# -- what is there -----------------------------------------------------------------------------------------------------

FULL_FACTS = ApkFacts(
    PACKAGE,
    version_code=5 << 32 | 7,
    version_name="5.7 beta",
    signers=(B,),
    past=(("aaaaaaaa", 17), (B, 23)),
    revision=10,
    shared_user="org.example.shared",
    permissions=(("org.example.READ", "signature"),),
    key_sets=(B, "aaaaaaaa"),
    flags=frozenset({TEST_ONLY, DEBUGGABLE}),
    target_sdk=33,
)


def test_an_app_as_the_phone_records_it(phone_factory: PhoneFactory) -> None:
    apks = (made(FULL_FACTS), made(FULL_FACTS.but(split="config.de", revision=3)))
    own = state.app_of(*apks, app_id=10_201, system=True, updated_system=True, originator="org.fdroid.fdroid")
    peer = state.app_of(made(ApkFacts("org.example.peer", shared_user="org.example.shared")), app_id=10_201)
    phone = phone_factory(state=state.State(apps=(own, peer, *state.SMALL.apps)))
    assert seen(phone) == PackageState(
        package=PACKAGE,
        version_code=5 << 32 | 7,
        version_name="5.7 beta",
        min_sdk=21,
        target_sdk=33,
        signer_hashes=(0xBBBBBBBB,),
        past_signers=(PastSigner(0xAAAAAAAA, 17), PastSigner(0xBBBBBBBB, 23)),
        signing_version=3,
        splits=("config.de",),
        revision_codes={"": 10, "config.de": 3},
        is_debuggable=True,
        is_test_only=True,
        is_system=True,
        is_updated_system=True,
        shared_user_id="org.example.shared",
        shared_user_packages=("org.example.peer",),
        installer="com.android.vending",
        initiating_installer="com.android.vending",
        originating_installer="org.fdroid.fdroid",
        first_installed_ns=BEFORE_NS,
        last_updated_ns=1_735_758_245 * 10**9,
        uid=10_201,
        user_ids=frozenset({0}),
        code_path=own.code_path.encode(),
        apk_paths=tuple(path.encode() for path in own.apk_paths),
        data_dir=b"/data/user/0/org.example.chat",
        primary_abi="arm64-v8a",
        declared_permissions=(DefinedPermission("org.example.READ", PACKAGE, "signature"),),
        signing_key_set=1,
        upgrade_key_sets=(41, 42),
    )


@pytest.mark.parametrize("profile", [profiles.ANDROID_7, profiles.ANDROID_9, replace(profiles.MODERN, sdk=35)])
def test_the_same_app_on_phones_of_other_ages(phone_factory: PhoneFactory, profile: profiles.Profile) -> None:
    found = seen(with_chat(phone_factory, profile=profile))
    assert (found.version_code, found.signer_hashes, found.first_installed_ns) == (5, (0xAAAAAAAA,), BEFORE_NS)
    assert found.data_dir == b"/data/user/0/org.example.chat"
    assert found.initiating_installer == ("com.android.vending" if profile.sdk >= 30 else "")
    assert found.min_sdk == (None if profile.sdk == 24 else 21)


def test_an_app_that_the_phone_does_not_have(phone: TestPhone) -> None:
    with adb_phone(phone) as adb:
        updater = AdbUpdater(adb)
        assert updater.package_state("no.such.app") is None
        assert updater.package_state("../../etc; reboot") is None


def test_an_app_of_which_only_the_data_is_there(phone_factory: PhoneFactory) -> None:
    found = seen(with_chat(phone_factory, data_only=True))
    assert (found.is_data_only, found.is_installed, found.user_ids, found.apk_paths) == (True, False, frozenset(), ())
    assert (found.version_code, found.signer_hashes) == (5, (0xAAAAAAAA,))


def test_what_the_phone_is(phone: TestPhone) -> None:
    props = {
        "ro.debuggable": "0",
        "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a",
        "ro.build.version.all_codenames": "REL",
    }
    phone.answer_with(state.SMALL.but(props=props))
    with adb_phone(phone) as adb:
        found = AdbUpdater(adb).device_facts()
    assert (found.sdk, found.release, found.model, found.brand) == (34, "14", "Pixel 8 Pro", "google")
    assert (found.abis, found.is_debuggable_build) == (("arm64-v8a", "armeabi-v7a"), False)
    assert found.codenames == frozenset()
    assert found.fingerprint.startswith("google/husky")


def test_who_defines_which_permission(phone_factory: PhoneFactory) -> None:
    app = state.app_of(made(NEW.but(permissions=(("org.example.READ", "dangerous"),))), app_id=10_201)
    with adb_phone(phone_factory(state=state.State(apps=(app,)))) as adb:
        assert AdbUpdater(adb).defined_permissions() == (
            DefinedPermission("android.permission.INTERNET", "android", "normal|instant"),
            DefinedPermission("org.example.READ", PACKAGE, "dangerous"),
        )


# -- a new version over it ---------------------------------------------------------------------------------------------


def test_an_update_that_keeps_the_data(phone_factory: PhoneFactory) -> None:
    phone = with_chat(phone_factory)
    before = seen(phone)
    data = phone.root / "data/user/0/org.example.chat/chats.db"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"eleven gigabytes of chats")
    events: list[Event] = []
    looked: list[PackageState | None] = []
    with adb_phone(phone) as adb:
        updater = AdbUpdater(adb)
        updater.install_update(
            PACKAGE,
            files(made(NEW)),
            options=InstallOptions(installer="com.example.store"),
            before_commit=lambda: looked.append(updater.package_state(PACKAGE)),
            listener=events.append,
        )
    after = seen(phone)
    assert looked == [before], "nothing had changed yet"
    assert (after.version_code, after.first_installed_ns, after.uid) == (6, before.first_installed_ns, before.uid)
    assert (after.installer, after.initiating_installer) == ("com.example.store", "com.android.shell")
    assert after.code_path != before.code_path
    assert data.read_bytes() == b"eleven gigabytes of chats"
    with adb_phone(phone) as adb:
        assert [b"".join(stream) for stream in adb.read(after.apk_paths)] == [made(NEW).data]
    assert Advanced("install", 0, len(made(NEW).data)) in events
    assert sessions_left(phone) == []


def options_of(case: Case) -> InstallOptions:
    words = case.options.split()
    return InstallOptions(
        over_existing="-R" not in words,
        inherit="-p" in words,
        allow_test_only="-t" in words,
        allow_downgrade="-d" in words,
        bypass_low_target_sdk="--bypass-low-target-sdk-block" in words,
    )


_MINE = [
    *("other-signer", "lower", "lower-asked-for", "lower-debuggable", "never-over", "too-new", "floor-bypassed"),
    *("for-tests", "for-tests-asked-for", "another-processor", "splits-required", "split-of-another-signer"),
    *("split-added", "without-its-split", "permission-of-another", "shared-user-left", "kept-data-other-signer"),
    *("other-signer-android-7", "other-signer-android-9"),
]


@pytest.mark.parametrize("name", _MINE)
def test_what_the_phone_takes_and_what_it_refuses(phone_factory: PhoneFactory, name: str) -> None:
    case = CASES[name]
    base = profiles.ANDROID_7 if case.sdk < 28 else profiles.MODERN
    offered = [made(facts) for facts in case.offered]
    asked = state.State(apps=case.apps, apks=tuple(offered), props=case.props)
    phone = phone_factory(profile=replace(base, sdk=case.sdk), state=asked)
    before = seen(phone) if case.installed else None
    if not case.status:
        update(phone, *offered, options=options_of(case))
        assert seen(phone).version_code == case.offered[0].version_code
    else:
        with pytest.raises(UpdateRefusedError) as refused:
            update(phone, *offered, options=options_of(case))
        assert refused.value.status == case.status
        assert case.status in refused.value.words
        assert "App and data are as they were" in refused.value.sentence()
        assert refused.value.reason != "the phone did not say why"
        assert before is None or seen(phone) == before
    assert sessions_left(phone) == []


def test_splits_that_are_not_sent_stay_with_inherit_and_go_without(phone_factory: PhoneFactory) -> None:
    french = OLD.but(split="config.fr")
    app = state.app_of(made(OLD), made(SPLIT), app_id=10_201)
    phone = phone_factory(state=state.State(apps=(app,), apks=(made(french), made(NEW))))
    update(phone, made(french), options=InstallOptions(inherit=True))
    assert set(seen(phone).splits) == {"config.de", "config.fr"}
    update(phone, made(NEW))
    assert seen(phone).splits == ()


class ChangedMeanwhileError(Exception):
    pass


def test_what_was_seen_at_the_last_moment_can_stop_it(phone_factory: PhoneFactory) -> None:
    phone = with_chat(phone_factory)
    before = seen(phone)

    def look() -> None:
        assert sessions_left(phone) == ["vmdl1001.tmp"], "all of it is on the phone"
        raise ChangedMeanwhileError

    with pytest.raises(ChangedMeanwhileError):
        update(phone, made(NEW), before_commit=look)
    assert seen(phone) == before
    assert sessions_left(phone) == []


@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_of_another_length_than_was_judged(phone_factory: PhoneFactory, change: int) -> None:
    phone = with_chat(phone_factory)
    apk = made(NEW)
    other = ApkFile("base.apk", len(apk.data) + change, pieces_of(apk.data))
    with adb_phone(phone) as adb, pytest.raises(UpdateRefusedError, match="became shorter or longer"):
        AdbUpdater(adb).install_update(PACKAGE, [other])
    assert (seen(phone).version_code, sessions_left(phone)) == (5, [])


def test_a_full_phone(phone_factory: PhoneFactory) -> None:
    phone = with_chat(phone_factory)
    phone.play("room", "1000000")
    with adb_phone(phone) as adb:
        assert AdbUpdater(adb).free_bytes() == 1_000_000 // 1024 * 1024
    phone.play("room", "5000")
    with pytest.raises(UpdateRefusedError) as refused:
        update(phone, made(NEW))
    assert refused.value.status == "INSTALL_FAILED_INSUFFICIENT_STORAGE"
    assert "too little room" in refused.value.sentence()
    assert (seen(phone).version_code, sessions_left(phone)) == (5, [])


def test_a_phone_that_fills_up_while_it_is_written(phone_factory: PhoneFactory) -> None:
    big = made(NEW, size=3_000_000)
    phone = with_chat(phone_factory, big)

    def pieces() -> Iterator[bytes]:
        phone.play("room", "100000")
        yield big.data

    with adb_phone(phone) as adb, pytest.raises(UpdateRefusedError) as refused:
        AdbUpdater(adb).install_update(PACKAGE, [ApkFile("base.apk", len(big.data), pieces)])
    assert refused.value.status == "INSTALL_FAILED_INSUFFICIENT_STORAGE"
    assert (seen(phone).version_code, sessions_left(phone)) == (5, [])


def test_a_cable_cut_while_it_is_sent(phone_factory: PhoneFactory) -> None:
    big = made(NEW, size=3_000_000)
    phone = with_chat(phone_factory, big)
    before = seen(phone)

    def pieces() -> Iterator[bytes]:
        phone.proxy.cut("up", 500_000)
        yield big.data

    with adb_phone(phone) as adb, pytest.raises(InstallCutOffError) as cut:
        AdbUpdater(adb).install_update(PACKAGE, [ApkFile("base.apk", len(big.data), pieces)])
    assert not cut.value.was_asked
    assert isinstance(cut.value, PhoneGoneError)
    phone.connect()
    assert seen(phone) == before
    update(phone, big)
    assert seen(phone).version_code == 6


@pytest.mark.parametrize(("played", "moment"), [("waits", "decides"), ("answers-late", "answers")])
def test_a_cable_cut_while_it_is_put_in_place(phone_factory: PhoneFactory, played: str, moment: str) -> None:
    """The phone goes on by itself; who comes back can tell by where the app lies whether it did."""
    phone = with_chat(phone_factory)
    before = seen(phone)
    phone.play(played, "4")

    def cut() -> None:
        give_up = time.monotonic() + 60
        while phone.commit_state() != moment and time.monotonic() < give_up:
            time.sleep(0.01)
        phone.proxy.drop()

    cable = threading.Thread(target=cut)
    with pytest.raises(InstallCutOffError) as lost:
        update(phone, made(NEW), before_commit=cable.start)
    cable.join()
    assert lost.value.was_asked
    phone.connect()
    give_up = time.monotonic() + 60
    while seen(phone).code_path == before.code_path and time.monotonic() < give_up:
        time.sleep(0.1)
    after = seen(phone)
    assert (after.version_code, after.first_installed_ns) == (6, before.first_installed_ns)
    assert after.code_path != before.code_path


def test_a_phone_that_asks_somebody(phone_factory: PhoneFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some makers let the phone ask before anything is installed by cable; nobody looks at it."""
    monkeypatch.setattr(sessions, "_ASKS_SOMEBODY_S", 0.2)
    phone = with_chat(phone_factory)
    phone.play("waits", "1")
    phone.play("refuses", "INSTALL_FAILED_USER_RESTRICTED: Install canceled by user")
    events: list[Event] = []
    with pytest.raises(UpdateRefusedError, match="Install via USB") as refused:
        update(phone, made(NEW), listener=events.append)
    assert refused.value.status == "INSTALL_FAILED_USER_RESTRICTED"
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert "look whether it asks you something" in notice.sentence


def test_two_users(phone_factory: PhoneFactory) -> None:
    users = (state.User(0, "Owner"), state.User(10, "Work profile", "1030"))
    app = state.app_of(made(OLD), app_id=10_201, first_installed={10: "2024-03-01 10:00:00"})
    phone = phone_factory(state=state.State(users=users, apps=(app,), apks=(made(NEW),)))
    assert (seen(phone).is_installed, seen(phone, 10).is_installed) == (False, True)
    update(phone, made(NEW), options=InstallOptions(user_id=10))
    work = seen(phone, 10)
    assert (work.version_code, work.first_installed_ns, work.uid) == (6, BEFORE_NS, 1_010_201)
    assert work.user_ids == {10}
    with adb_phone(phone) as adb:
        with pytest.raises(UpdateRefusedError, match="not installed for 0"):
            AdbUpdater(adb).uninstall(PACKAGE, user_id=0)
        AdbUpdater(adb).uninstall(PACKAGE, user_id=10)
        assert AdbUpdater(adb).package_state(PACKAGE) is None


def test_taking_it_away(phone_factory: PhoneFactory) -> None:
    phone = with_chat(phone_factory)
    data = phone.storage / "Android/data/org.example.chat/file"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"x")
    with adb_phone(phone) as adb:
        updater = AdbUpdater(adb)
        updater.uninstall(PACKAGE, keep_data=True)
        assert data.exists()
        assert seen(phone).is_data_only
        update(phone, made(NEW))
        updater.uninstall(PACKAGE)
        assert updater.package_state(PACKAGE) is None
        assert not data.exists()
        with pytest.raises(UpdateRefusedError) as refused:
            updater.uninstall(PACKAGE)
        assert refused.value.status == "DELETE_FAILED_INTERNAL_ERROR"


def test_a_phone_too_old_to_tell_whether_it_worked(phone_factory: PhoneFactory) -> None:
    phone = with_chat(phone_factory, profile=profiles.ANDROID_5)
    with adb_phone(phone) as adb:
        updater = AdbUpdater(adb)
        assert (found := updater.package_state(PACKAGE)) is not None
        assert found.version_code == 5
        with pytest.raises(PhoneCannotBeWrittenError):
            updater.install_update(PACKAGE, files(made(NEW)))
        with pytest.raises(PhoneCannotBeWrittenError):
            updater.uninstall(PACKAGE)


@pytest.mark.parametrize("name", ["base.apk;id", "../base.apk", "-x.apk", "base"])
def test_odd_names_are_not_even_tried(phone_factory: PhoneFactory, name: str) -> None:
    phone = with_chat(phone_factory)
    with adb_phone(phone) as adb:
        with pytest.raises(UpdateRefusedError):
            AdbUpdater(adb).install_update(PACKAGE, [ApkFile(name, 1, pieces_of(b"x"))])
        with pytest.raises(UpdateRefusedError):
            AdbUpdater(adb).install_update("a;reboot", files(made(NEW)))
        with pytest.raises(UpdateRefusedError):
            AdbUpdater(adb).uninstall("a;reboot")
