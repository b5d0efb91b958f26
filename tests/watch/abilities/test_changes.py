"""What an update newly could do."""

from pathlib import Path

import pytest

from phoneward.watch.abilities import AnotherAppError, TrackerListError, load_trackers, look_at_app
from tests.apk.making import make_apk
from tests.watch.abilities.apps import OBSERVE, PICTURES, app, call, code, get, look, permissions


def test_an_update_that_begins_to_watch() -> None:
    """The new ability, the new permission and the new service are named; what was there before is not."""
    before = look(in_manifest=permissions("CAMERA"), version_code=1, version_name="1.0")
    newer = app(
        code("org.bank.app.Watcher", get(PICTURES), call(OBSERVE, count=4)),
        code("com.umeng.analytics.A"),
        in_manifest=permissions("CAMERA", "READ_EXTERNAL_STORAGE"),
        version_code=2,
    )
    found = look_at_app([newer], before=before)
    assert found.change is not None
    assert {one.code for one in found.change.new} == {"watches-pictures", "sees-all-pictures", "sees-old-files"}
    assert found.change.permissions == ("android.permission.READ_EXTERNAL_STORAGE",)
    assert [one.owner.name for one in found.change.services] == ["Umeng Analytics (友盟)"]
    assert (found.change.version_name, found.change.version_code, found.change.gone) == ("1.0", 1, ())


def test_an_update_that_gives_something_up() -> None:
    """That too is said, for who looks for it."""
    before = look(in_manifest=permissions("CAMERA"), version_code=1)
    found = look_at_app([app(version_code=2)], before=before)
    assert found.change is not None
    assert [one.code for one in found.change.gone] == ["uses-camera"]
    assert found.change.new == ()


def test_the_same_right_on_more_phones() -> None:
    """An update that keeps the old right on newer Androids could do more there."""
    before = look(in_manifest=permissions("READ_EXTERNAL_STORAGE"), target_sdk=33, version_code=1)
    found = look_at_app(
        [app(in_manifest=permissions("READ_EXTERNAL_STORAGE"), target_sdk=32, version_code=2)], before=before
    )
    assert found.change is not None
    assert [one.code for one in found.change.new] == ["sees-all-pictures"]


def test_two_apps_are_not_compared() -> None:
    """The person named the wrong file."""
    other = make_apk("org.example.other", keys=(), files={})
    with pytest.raises(AnotherAppError, match="another app"):
        look_at_app([app()], before=look_at_app([other]))


LIST = """{"trackers": {"1": {"name": "Some Ads", "code_signature": "com.umeng.analytics|com\\\\.some\\\\.ads"},
"2": {"name": "Odd", "code_signature": "com.(a|b)"}, "3": {"name": "None", "code_signature": ""}}}"""


def test_a_list_of_trackers(tmp_path: Path) -> None:
    """The person's own list; signatures that are no beginnings of names are counted, not used."""
    file = tmp_path / "trackers.json"
    file.write_text(LIST)
    listed = load_trackers(file)
    assert (set(listed.prefixes), listed.unusable) == ({"com.umeng.analytics", "com.some.ads"}, 2)
    found = look_at_app([app(code("com.some.ads.Shown"))], trackers=listed)
    assert found.trackers is not None
    assert [(one.name, one.example) for one in found.trackers] == [("Some Ads", "com.some.ads.Shown")]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"trackers": {}}', b'{"trackers": 3}', b"\xff\xfe", b"[" * 99_999]
)
def test_what_is_no_list(tmp_path: Path, content: bytes) -> None:
    """One sentence, with where to get it."""
    file = tmp_path / "trackers.json"
    file.write_bytes(content)
    with pytest.raises(TrackerListError, match=r"trackers\.json"):
        load_trackers(file)
