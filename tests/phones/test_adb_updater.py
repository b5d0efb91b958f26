"""What an update asks of an Android phone, by the real adb: one app's state, and a new version put over it."""

from phoneward.phones import AdbUpdater, DeviceFacts
from tests.phone import state
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone


def test_an_app_as_the_phone_records_it(phone: TestPhone) -> None:
    wechat = next(app for app in state.SMALL.apps if app.splits)
    with adb_phone(phone) as adb:
        found = AdbUpdater(adb).package_state(wechat.name)
    assert found is not None
    assert (found.version_code, found.version_name) == (2841, "8.0.50")
    assert found.apk_paths == tuple(path.encode() for path in wechat.apk_paths)
    assert found.splits == ("config.arm64_v8a", "config.zh")
    assert found.signer_hashes == (int(wechat.signer, 16),)
    assert (found.uid, found.user_ids) == (10123, frozenset({0}))


def test_an_app_that_the_phone_does_not_have(phone: TestPhone) -> None:
    with adb_phone(phone) as adb:
        assert AdbUpdater(adb).package_state("no.such.app") is None


def test_what_the_phone_is(phone: TestPhone) -> None:
    with adb_phone(phone) as adb:
        facts = AdbUpdater(adb).device_facts()
    assert (facts.sdk, facts.release, facts.model) == (34, "14", "Pixel 8 Pro")
    assert isinstance(facts, DeviceFacts)
