"""Identity, users, cards and apps of the test phone, whose answers follow recorded ones (tests/phone/state.py)."""

from dataclasses import replace

import pytest

from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.base import AppInventory, InstalledApp, Obstacle, VolumeKind
from tests.phone import profiles, state
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.test_adb import server_of

AGES = [profiles.MODERN, profiles.ANDROID_10, profiles.ANDROID_9, profiles.ANDROID_7, profiles.ANDROID_5]


@pytest.fixture(params=AGES, ids=lambda profile: profile.name)
def full(request: pytest.FixtureRequest, phone_factory: PhoneFactory) -> TestPhone:
    return phone_factory(profile=request.param, state=state.FULL)


def test_every_storage_is_named(full: TestPhone) -> None:
    with AdbPhone(server=server_of(full)) as phone:
        found = {volume.name: volume for volume in phone.volumes()}
        assert list(found) == ["shared", "10", "999", "1A2B-3C4D"]
        assert found["shared"].root == b"/storage/emulated/0"
        assert (found["10"].kind, found["10"].label, found["10"].obstacle) == (VolumeKind.USER, "Work profile", None)
        assert (found["999"].user_id, found["999"].obstacle) == (999, Obstacle.LOCKED)
        assert (found["1A2B-3C4D"].kind, found["1A2B-3C4D"].obstacle) == (VolumeKind.CARD, None)
        for volume in found.values():
            if volume.obstacle is None:
                list(phone.list(volume.root))


def test_every_app_of_every_user(full: TestPhone) -> None:
    with AdbPhone(server=server_of(full)) as phone:
        inventory = phone.apps()
        found = by_key(inventory)
        assert set(found) == {(app.name, user) for app in state.FULL.apps for user in app.first_installed}
        for app in state.FULL.apps:
            for user in app.first_installed:
                told = found[app.name, user]
                assert (told.version_code, told.version_name) == (app.version_code, app.version_name)
                assert told.installer == ("" if app.installer == "null" else app.installer)
                assert told.is_system == app.system
                assert told.uid == user * 100_000 + app.app_id
                assert told.apk_paths == tuple(path.encode() for path in app.apk_paths)
        chat = found["com.tencent.mm", 0]
        assert (chat.app_bytes, chat.cache_bytes) == (260_000_000, 900_000_000)
        assert chat.data_bytes in {11_000_000_000, None}
        assert chat.first_installed_ns is not None
        sizes = [len(b"".join(stream)) for stream in phone.read(chat.apk_paths)]
        assert all(sizes)
        assert len(sizes) == 3


def by_key(inventory: AppInventory) -> dict[tuple[str, int], InstalledApp]:
    return {(app.package, app.user_id): app for app in inventory.apps}


def test_a_phone_that_has_measured_nothing_says_so(phone_factory: PhoneFactory) -> None:
    device = phone_factory(state=state.SMALL.but(has_disk_figures=False))
    with AdbPhone(server=server_of(device)) as phone:
        inventory = phone.apps()
    assert "data-size" in inventory.not_asked
    assert all(app.data_bytes is None for app in inventory.apps)


def test_a_phone_without_pm(phone: TestPhone) -> None:
    for name in ("pm", "cmd", "dumpsys", "sm", "getprop"):
        (phone.root / "system/bin" / name).unlink(missing_ok=True)
    with AdbPhone(server=server_of(phone)) as opened:
        inventory = opened.apps()
        assert inventory.apps == ()
        assert {"users", "apps"} <= set(inventory.not_asked)
        assert [volume.name for volume in opened.volumes()] == ["shared"]
        assert opened.identity.label == "android"


def test_a_phone_that_hides_which_apps_were_built_for_testing_says_so(phone: TestPhone) -> None:
    """Without that nobody is let into any app's data, and the person should know why."""
    with AdbPhone(server=server_of(phone)) as opened:
        assert "debuggable" not in opened.apps().not_asked
    program = phone.root / "system/bin/dumpsys"
    mode, text = program.stat().st_mode, program.read_text()
    program.unlink()
    program.write_text("".join(line for line in text.splitlines(keepends=True) if "pkgFlags=" not in line))
    program.chmod(mode)
    with AdbPhone(server=server_of(phone)) as opened:
        inventory = opened.apps()
    assert "debuggable" in inventory.not_asked
    assert inventory.apps


def test_who_signed_each_app_comes_with_the_same_question(phone_factory: PhoneFactory) -> None:
    """A snapshot taken today can tell next year that an app's signer changed, and who had it installed."""
    app = replace(
        state.SMALL.apps[1],
        signer="bbbbbbbb",
        past=(("aaaaaaaa", 23), ("bbbbbbbb", 23)),
        initiator="com.huawei.appmarket",
    )
    for profile in (profiles.MODERN, profiles.ANDROID_7):
        device = phone_factory(state=state.State(apps=(app, state.SMALL.apps[2])), profile=profile)
        with AdbPhone(server=server_of(device)) as phone:
            found = by_key(phone.apps())
        told, other = found[app.name, 0], found["com.whatsapp", 0]
        assert (told.signer_hashes, other.signer_hashes) == ((0xBBBBBBBB,), (0x33409D03,))
        is_new = profile is profiles.MODERN
        assert told.past_signer_hashes == ((0xAAAAAAAA, 0xBBBBBBBB) if is_new else ())
        assert told.initiating_installer == ("com.huawei.appmarket" if is_new else "")
