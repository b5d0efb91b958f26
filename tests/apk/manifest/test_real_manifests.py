"""What real apps say of themselves is what Android's own tool reads in them."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from phoneward.apk import open_apk
from tests.tools.registry import Package

APPS: list[tuple[Callable[[str], Path], str]] = [
    (Package("pypi", "airtest", "1.3.6").apk, "Yosemite.apk"),
    (Package("pypi", "pocoui", "1.0.94").apk, "pocoservice-debug.apk"),
    (Package("npm", "android-apidemos", "5.0.0").apk, "ApiDemos-debug.apk"),
    (Package("npm", "android-apidemos", "1.1.2").apk, "HelloActivity.apk"),
    (Package("npm", "io.appium.settings", "5.14.15").apk, "settings_apk-debug.apk"),
    (Package("npm", "appium-uiautomator2-server", "10.6.6").apk, "appium-uiautomator2-server-v10.6.6.apk"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fetch", "name"), APPS, ids=lambda one: one if isinstance(one, str) else "")
def test_it_is_what_aapt_reads(fetch: Callable[[str], Path], name: str) -> None:
    """Name, version, Android versions, permissions, processors, flags, and the name in words out of its resources."""
    path = fetch(name)
    badging = subprocess.run(["aapt", "dump", "badging", path], capture_output=True, text=True, check=True).stdout
    with open_apk(path) as apk:
        manifest, abis = apk.manifest, apk.abis
    assert manifest.package == said(badging, "package: name")
    assert str(manifest.version_code) == said(badging, "versionCode")
    assert manifest.version_name == said(badging, "versionName")
    assert str(manifest.min_sdk or manifest.min_codename) == said(badging, "sdkVersion:")
    assert str(manifest.target_sdk or manifest.target_codename) == said(badging, "targetSdkVersion:")
    assert set(manifest.requested) == all_of(badging, "uses-permission") - all_of(badging, "uses-implied-permission")
    assert manifest.is_debuggable == ("application-debuggable" in badging)
    assert manifest.is_test_only == ("testOnly='-1'" in badging)
    assert manifest.label == said(badging, "application-label:")
    assert abis == set(
        re.findall(r"'([^']+)'", "".join(re.findall(r"^(?:alt-)?native-code: .*$", badging, re.MULTILINE)))
    )
    assert not manifest.unresolved


def said(badging: str, what: str) -> str:
    found = re.search(rf"(?:^|\s){what}=?'([^']*)'", badging)
    return found[1] if found else ""


def all_of(badging: str, what: str) -> set[str]:
    return set(re.findall(rf"^{what}: name='([^']*)'", badging, re.MULTILINE))
