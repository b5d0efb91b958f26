"""Published versions of real apps, judged one over the other; in some, the signer changes from one to the next."""

import pytest

from phoneward.apk import open_app
from phoneward.updates import Device, Judgement, Verdict, installed_from, judge
from tests.tools.registry import Package
from tests.updates.rules.fakes import codes

KEEPS, REFUSED, WIPES = Verdict.KEEPS, Verdict.REFUSED, Verdict.WIPES

YOSEMITE = {version: Package("pypi", "airtest", version) for version in ("1.1.0", "1.2.4", "1.3.6", "1.4.3")}
"""Of airtest; the app's version codes are 288, 303, 443, 449. The signer changes between the second and the third
(Debian's `apksigner verify --print-certs`: bc42a3e1d355…, then c8fa8faf5ad6…)."""
OLD_RUNNER = Package("pypi", "atx-uiautomator", "0.3.3", wheel=True)
NEW_RUNNER = Package("pypi", "uiautomator2", "3.1.0", wheel=True)
"""com.github.uiautomator 3 and 2004001, both signed with developers' keys for trying things out, two different ones."""


def judged(old: Package, new: Package, name: str, sdk: int = 34) -> Judgement:
    phone = Device(sdk=sdk, abis=("arm64-v8a", "armeabi-v7a"))
    with open_app([old.apk(name)]) as before, open_app([new.apk(name)]) as after:
        return judge(installed_from(before, phone), after, phone)


@pytest.mark.parametrize("sdk", [24, 29, 33])
@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [("1.1.0", "1.2.4", KEEPS), ("1.2.4", "1.3.6", WIPES), ("1.3.6", "1.4.3", KEEPS), ("1.4.3", "1.3.6", REFUSED)],
)
def test_one_app_over_its_years(old: str, new: str, verdict: Verdict, sdk: int) -> None:
    """Ordinary updates keep the data; the one by another signer goes in only by wiping; the way back needs `-d`: the
    app is debuggable (`aapt dump badging`)."""
    assert judged(YOSEMITE[old], YOSEMITE[new], "Yosemite.apk", sdk).verdict is verdict


def test_the_update_that_changed_hands_says_so() -> None:
    """The first incident's pattern: a higher version, another signer, and what a prompt would hide."""
    said = judged(YOSEMITE["1.2.4"], YOSEMITE["1.3.6"], "Yosemite.apk")
    assert codes(said) >= {"signer-differs", "version-newer", "reinstall-deletes", "keep-data-locks"}
    assert said.signers[0].startswith("c8fa8faf5ad6")


def test_an_old_target_is_refused_by_new_androids_whoever_signed_it() -> None:
    """The first version was made for Android 5.1: Android 14 refuses it, without `--bypass-low-target-sdk-block`."""
    said = judged(YOSEMITE["1.1.0"], YOSEMITE["1.1.0"], "Yosemite.apk", 34)
    assert (said.verdict, "target-too-old" in codes(said)) == (REFUSED, True)


@pytest.mark.parametrize("sdk", [24, 34])
def test_developers_keys_are_named(sdk: int) -> None:
    """Both versions bear a key for trying things out; that the two differ still decides."""
    said = judged(OLD_RUNNER, NEW_RUNNER, "app-uiautomator.apk", sdk)
    assert (said.verdict, codes(said) >= {"signer-differs", "signer-debug-key"}) == (WIPES, True)


def test_an_android_that_is_too_old_refuses_it() -> None:
    """Android 4.3 is too old for the new version, whoever signed it."""
    assert judged(OLD_RUNNER, NEW_RUNNER, "app-uiautomator.apk", 18).verdict is REFUSED
