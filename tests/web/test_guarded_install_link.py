"""The verdict's page names the command that installs an update only when the data is safe, where that can be done."""

from dataclasses import replace

import pytest

from phoneward.texts import words
from phoneward.updates import Checked, Copy, Device, Installed, Stakes, Verdict
from phoneward.web.pages.updates import _copy_first, _guarded_install
from tests.updates.installing.facts import APP, judged

CHECKED = Checked(
    "b.apk, p.apk",
    judged(Verdict.KEEPS),
    words("It keeps it."),
    Device(34),
    installed=Installed(package=APP, version_code=1),
)
BY_PHONE = ("phoneward", "update", "check", "--adb", "S", "b.apk", "p.apk")


def test_an_update_that_keeps_the_data_on_a_phone_that_is_there_can_be_installed() -> None:
    assert _guarded_install(CHECKED, BY_PHONE) == ("phoneward", "update", "install", "b.apk", "p.apk")


@pytest.mark.parametrize("verdict", [Verdict.WIPES, Verdict.REFUSED, Verdict.UNDECIDED])
def test_nothing_else_is_offered(verdict: Verdict) -> None:
    assert _guarded_install(replace(CHECKED, judgement=judged(verdict)), BY_PHONE) == ()
    assert _guarded_install(replace(CHECKED, installed=None), BY_PHONE) == ()
    assert _guarded_install(CHECKED, ("phoneward", "update", "check", "--snapshot", "latest", "b.apk")) == ()


def test_data_without_a_copy_is_to_be_copied_first() -> None:
    """The page leads to the app's own way where one is known, else to a snapshot; never where nothing is in danger."""
    wipes = replace(judged(Verdict.WIPES), package="com.tencent.mm")
    stakes = Stakes("com.tencent.mm", kept=Copy.NO_SNAPSHOT)
    assert _copy_first(replace(CHECKED, judgement=wipes, stakes=stakes)) == "/app-backups/guide/wechat"
    assert _copy_first(replace(CHECKED, judgement=judged(Verdict.UNDECIDED), stakes=stakes)) == "/phones"
    assert _copy_first(replace(CHECKED, judgement=judged(Verdict.KEEPS), stakes=stakes)) == ""
    assert _copy_first(replace(CHECKED, judgement=wipes, stakes=None)) == ""
